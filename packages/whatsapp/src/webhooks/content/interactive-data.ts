import { isBlank, withoutOverrides } from "@waystation/core/text";

/** A value that a customer filled in, chose or ordered, formatted for display. */
export interface InteractiveField {
  name: string;
  value: string;
}

const MAX_FIELDS = 60;
const MAX_DEPTH = 8;
const MAX_NAME = 120;
const MAX_VALUE = 2_000;
/** WhatsApp's internal token of a flow, not a customer's response. */
const HANDLES = /^flow_?token$/i;
/** Objects that only wrap the response. */
const WRAPPERS = new Set([
  "flowresponse",
  "flow_response",
  "nfm_reply",
  "response_json",
  "responsejson",
  "interactive",
  "data",
  "order",
  "list_reply",
  "button_reply",
]);
const ITEMS = new Set(["product_items", "productitems", "items", "products"]);
/** Values that name the type of a wrapper. They are not part of the response. */
const TYPES = new Set(["nfm_reply", "flow", "order", "list_reply", "button_reply", "interactive"]);

/** The kind of a message by its InteractiveData. Orders and choices also arrive in that parameter. */
export function kindOfInteractiveData(json: string): "flow" | "order" | "list" | "button" {
  const data = parse(json);
  const names = new Set<string>();
  collectNames(data, names, 0);
  if (names.has("order") || names.has("product_items") || names.has("productitems")) return "order";
  if (names.has("list_reply")) return "list";
  return names.has("button_reply") ? "button" : "flow";
}

/** The choice from a list or a button in InteractiveData. */
export function choiceOfInteractiveData(
  json: string,
): { title: string; description: string | null; payload: string | null } | null {
  const reply = find(parse(json), ["list_reply", "button_reply"], 0);
  if (!isRecord(reply)) return null;
  const title = textOf(reply.title) ?? textOf(reply.id);
  return title === null ? null : { title, description: textOf(reply.description), payload: textOf(reply.id) };
}

/**
 * The responses in FlowData and InteractiveData, which repeat each other, as names and values without wrappers. Text that is
 * not JSON becomes a single response.
 */
export function readInteractiveFields(...sources: (string | null)[]): InteractiveField[] {
  const fields: InteractiveField[] = [];
  const seen = new Set<string>();
  for (const source of sources) {
    if (source === null || isBlank(source)) continue;
    for (const field of flatten(parse(source), [], 0)) {
      const key = `${field.name} ${field.value}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (fields.length === MAX_FIELDS) {
        fields.push({ name: "More", value: "The whole answer is in the webhook." });
        return fields;
      }
      fields.push(field);
    }
  }
  return fields;
}

function* flatten(value: unknown, path: readonly string[], depth: number): Generator<InteractiveField> {
  if (value === null || value === undefined || value === "") return;
  const name = path.length === 0 ? "Answer" : path.map(labelOf).join(" › ");
  if (depth > MAX_DEPTH) {
    yield fieldOf(name, "Nested too deeply to be shown. The whole answer is in the webhook.");
    return;
  }
  if (Array.isArray(value)) {
    if (value.every((one) => typeof one !== "object" || one === null))
      yield fieldOf(
        name,
        value
          .map((one) => scalar(one, path))
          .filter(Boolean)
          .join(", "),
      );
    else
      for (const [index, one] of value.entries())
        yield* flatten(one, [...path, String(index + 1)], depth + 1);
    return;
  }
  if (isRecord(value)) {
    for (const [key, one] of Object.entries(value)) yield* member(key, one, path, depth);
    return;
  }
  if (typeof value === "string") {
    const parsed = parseNested(value);
    if (parsed !== undefined) {
      yield* flatten(parsed, path, depth + 1);
      return;
    }
  }
  yield fieldOf(name, scalar(value, path));
}

function* member(
  key: string,
  value: unknown,
  path: readonly string[],
  depth: number,
): Generator<InteractiveField> {
  if (HANDLES.test(key)) return;
  const lower = key.toLowerCase();
  if (lower === "type" && typeof value === "string" && TYPES.has(value)) return;
  if (ITEMS.has(lower) && Array.isArray(value) && value.some(isProduct)) {
    for (const [index, item] of value.entries())
      if (isProduct(item)) yield fieldOf(`Item ${index + 1}`, describeProduct(item));
      else yield* flatten(item, [...path, `Item ${index + 1}`], depth + 1);
    return;
  }
  const isWrapper =
    WRAPPERS.has(lower) &&
    (isRecord(value) || (typeof value === "string" && parseNested(value) !== undefined));
  yield* flatten(value, isWrapper ? path : [...path, key], depth + 1);
}

type Product = Record<string, unknown>;
const PRODUCT_ID = ["product_retailer_id", "productRetailerId", "retailer_id", "sku"];
const PRODUCT_PRICE = ["item_price", "itemPrice", "price"];

function isProduct(value: unknown): value is Product {
  return isRecord(value) && PRODUCT_ID.some((key) => key in value);
}

/** `SKU-1 × 2, 9.99 EUR`, followed by the item's other properties. */
function describeProduct(item: Product): string {
  const first = (keys: string[]) => keys.find((key) => textOf(item[key]) !== null);
  const [idKey, priceKey] = [first(PRODUCT_ID), first(PRODUCT_PRICE)];
  const named = new Set([idKey, priceKey, "quantity", "currency"]);
  const id = textOf(item[idKey ?? ""]) ?? "Product";
  const quantity = textOf(item.quantity);
  const price = textOf(item[priceKey ?? ""]);
  const currency = textOf(item.currency);
  const others = Object.entries(item)
    .filter(([key, value]) => !named.has(key) && textOf(value) !== null)
    .map(([key, value]) => `${labelOf(key)}: ${textOf(value)}`);
  return [
    quantity === null ? id : `${id} × ${quantity}`,
    price === null ? null : [price, currency].filter(Boolean).join(" "),
    ...others,
  ]
    .filter((part) => part !== null)
    .join(", ");
}

const BUILT = /^screen_\d+_(.+?)(?:_\d+)?$/i;

/**
 * `screen_1_Choose_one_0` → `Choose one`. WhatsApp's flow builder puts the screen before a question and a number after it, and
 * a number before a response.
 */
function labelOf(key: string): string {
  const bare = BUILT.exec(key)?.[1] ?? key;
  const words = bare
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/[_\s]+/g, " ")
    .trim();
  if (isBlank(words)) return "Answer";
  return cut(words.charAt(0).toUpperCase() + words.slice(1), MAX_NAME);
}

function answerOf(text: string, path: readonly string[]): string {
  const chosen = BUILT.test(path.at(-1) ?? "") ? /^\d+_(\S+)$/.exec(text)?.[1] : undefined;
  return chosen === undefined ? text : chosen.replaceAll("_", " ").trim();
}

function fieldOf(name: string, value: string): InteractiveField {
  return {
    name: withoutOverrides(name),
    value: withoutOverrides(cut(isBlank(value) ? "–" : value, MAX_VALUE)),
  };
}

function scalar(value: unknown, path: readonly string[]): string {
  if (typeof value === "boolean") return value ? "Yes" : "No";
  return typeof value === "string" ? answerOf(value, path) : String(value ?? "");
}

function textOf(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && !isBlank(value) ? cut(value, MAX_VALUE) : null;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

/** A nested JSON string such as `response_json`. Undefined for plain text. */
function parseNested(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function collectNames(value: unknown, names: Set<string>, depth: number): void {
  if (depth > 4) return;
  if (typeof value === "string") {
    const parsed = parseNested(value);
    if (parsed !== undefined) collectNames(parsed, names, depth + 1);
  } else if (isRecord(value))
    for (const [key, one] of Object.entries(value)) {
      if (typeof one === "object" && one !== null) names.add(key.toLowerCase());
      if (WRAPPERS.has(key.toLowerCase())) collectNames(one, names, depth + 1);
    }
}

function find(value: unknown, keys: readonly string[], depth: number): unknown {
  if (depth > 4 || !isRecord(value)) return undefined;
  for (const [key, one] of Object.entries(value)) if (keys.includes(key.toLowerCase())) return one;
  for (const [key, one] of Object.entries(value)) {
    const found = WRAPPERS.has(key.toLowerCase()) ? find(one, keys, depth + 1) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;
}
