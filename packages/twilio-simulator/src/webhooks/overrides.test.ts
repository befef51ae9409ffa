import { expect, test } from "vitest";
import { parseConnectionOverrides } from "./overrides.ts";

test("Twilio's defaults", () => {
  expect(parseConnectionOverrides("https://example.com/")).toEqual({
    connectTimeout: 5000,
    readTimeout: 15_000,
    totalTimeout: 15_000,
    retries: 1,
    policies: new Set(["ct"]),
  });
});

test("all of it can be changed, several policies joined by commas", () => {
  expect(
    parseConnectionOverrides("https://example.com/#rc=5&rp=ct,rt,5xx&ct=1000&rt=2000&tt=9000&e=ashburn"),
  ).toEqual({
    connectTimeout: 1000,
    readTimeout: 2000,
    totalTimeout: 9000,
    retries: 5,
    policies: new Set(["ct", "rt", "5xx"]),
  });
});

test.each(["#rc=6", "#rc=-1", "#rc=x", "#rp=never", "#ct=10001", "#rt=99", "#tt=15001", "#section"])(
  "%s changes nothing",
  (fragment) => {
    expect(parseConnectionOverrides(`https://example.com/${fragment}`)).toEqual(
      parseConnectionOverrides("https://example.com/"),
    );
  },
);
