export function makeVideo(): Buffer {
  return Buffer.from("0000001866747970697336d0000000006973366d6d703431", "hex");
}
