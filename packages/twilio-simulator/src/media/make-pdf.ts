/** Builds one A5 page with a title and two lines, object by object (PDF 1.4). */
export function makePdf(title: string): Buffer {
  const line = (size: number, y: number, text: string) =>
    `BT /F1 ${size} Tf 48 ${y} Td (${text.replace(/[\\()]/g, "\\$&")}) Tj ET`;
  const drawing = [
    line(20, 520, title),
    "0.06 0.46 0.43 RG 48 504 m 372 504 l S",
    line(11, 476, "Bar Harbour Ltd, Pier 4"),
    line(11, 458, "Made by the Twilio simulator: nothing here is binding."),
  ].join("\n");
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    `<< /Length ${drawing.length} >>\nstream\n${drawing}\nendstream`,
  ];
  let file = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const xref = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`;
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(file + xref + trailer, "latin1");
}
