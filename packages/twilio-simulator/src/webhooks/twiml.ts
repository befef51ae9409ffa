/** Instructions in the response to an incoming message. */
type TwimlVerdict = {
  replies: { body: string; media: string[]; to: string | null }[];
  alert: { code: number; text: string } | null;
};

const nothing: TwimlVerdict = { replies: [], alert: null };
const complaint = (code: number, text: string): TwimlVerdict => ({ replies: [], alert: { code, text } });

const xmlTypes = ["text/xml", "application/xml", "text/html"];
const knownVerbs = ["Message", "Redirect", "Sms"];

/** Parses a successful response as Twilio does: TwiML, or an empty body. */
export function parseTwimlResponse(
  status: number,
  contentType: string | undefined,
  body: string,
): TwimlVerdict {
  if (status === 204) return nothing;
  const type = (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (body.trim() === "")
    return type === "" || xmlTypes.includes(type) || type === "text/plain"
      ? nothing
      : complaint(12300, `Invalid Content-Type: ${type}`);
  if (type === "") return complaint(11200, "The response has no Content-Type");
  if (!xmlTypes.includes(type)) return complaint(12300, `Invalid Content-Type: ${type} supplied`);

  const root = parseXml(body);
  if (!root) return complaint(12100, "Document parse failure");
  if (root.name !== "Response")
    return complaint(12200, `Schema validation warning: <${root.name}> is not <Response>`);

  const unknown = root.children.find((child) => !knownVerbs.includes(child.name));
  const replies = root.children
    .filter((child) => child.name === "Message" || child.name === "Sms")
    .map((message) => {
      const bodies = message.children.filter((child) => child.name === "Body");
      return {
        body: bodies.length ? bodies.map((child) => child.text).join("") : message.text.trim(),
        media: message.children.filter((child) => child.name === "Media").map((child) => child.text.trim()),
        to: message.attributes.to ?? null,
      };
    })
    .filter((reply) => reply.body !== "" || reply.media.length > 0);
  return {
    replies,
    alert: unknown
      ? { code: 12200, text: `Schema validation warning: <${unknown.name}> is no verb of messaging TwiML` }
      : null,
  };
}

type Element = { name: string; attributes: Record<string, string>; text: string; children: Element[] };

const token =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([\w:.-]+)\s*>|<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;

/** Parses the subset of XML that TwiML needs: elements, attributes, text, CDATA, comments. Null if the XML is malformed. */
function parseXml(source: string): Element | null {
  const top: Element = { name: "", attributes: {}, text: "", children: [] };
  const open = [top];
  const xml = source.trim().replace(/^\uFEFF/, "");
  token.lastIndex = 0;
  while (token.lastIndex < xml.length) {
    const match = token.exec(xml);
    const parent = open.at(-1);
    if (!match || !parent) return null;
    const [, cdata, closing, opening, attributes, selfClosing, text] = match;
    if (cdata !== undefined) parent.text += cdata;
    else if (text !== undefined) {
      if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(text)) return null;
      parent.text += unescapeXml(text);
    } else if (closing !== undefined) {
      if (parent.name !== closing || open.length === 1) return null;
      open.pop();
    } else if (opening !== undefined) {
      const element: Element = {
        name: opening,
        attributes: readAttributes(attributes ?? ""),
        text: "",
        children: [],
      };
      parent.children.push(element);
      if (!selfClosing) open.push(element);
    }
  }
  return open.length === 1 && top.children.length === 1 && top.text.trim() === ""
    ? (top.children[0] ?? null)
    : null;
}

function readAttributes(source: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name, value] of source.matchAll(/([\w:.-]+)\s*=\s*("[^"]*"|'[^']*')/g))
    if (name && value) attributes[name] = unescapeXml(value.slice(1, -1));
  return attributes;
}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(#x[\da-f]+|#\d+|\w+);/gi, (whole, entity: string) => {
    if (entity[0] !== "#") return entities[entity] ?? whole;
    const point =
      entity[1] === "x" || entity[1] === "X" ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1));
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}
