import type { LookupAddress } from "node:dns";
import { expect, test } from "vitest";
import { isPublicAddress, PrivateAddressError, publicLookup } from "./public-address.ts";

test.for([
  "8.8.8.8",
  "54.172.60.0",
  "172.15.255.255",
  "172.32.0.0",
  "100.63.255.255",
  "2606:4700::1111",
  "2a00:1450:4001:80b::200e",
])("%s is on the internet", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.for([
  "0.0.0.0",
  "10.0.0.1",
  "100.64.0.1",
  "127.0.0.1",
  "127.255.255.254",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:8.8.8.8",
  "64:ff9b::7f00:1",
  "2002:7f00:1::",
  "2001:db8::1",
  "fc00::1",
  "fe80::1",
  "ff02::1",
  "no address",
  "",
])("%s is not", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

const ask = (answers: LookupAddress[][], all = false) => {
  let asked = 0;
  const lookup = publicLookup((_host, _options, done) => done(null, answers[asked++] ?? []));
  return new Promise((resolve, reject) => {
    lookup("files.example", { all }, (error, found) => (error ? reject(error) : resolve(found)));
  });
};
const open = { address: "8.8.8.8", family: 4 };
const closed = { address: "10.0.0.1", family: 4 };

test("a name is judged by every address that it has", async () => {
  expect(await ask([[open]])).toBe("8.8.8.8");
  expect(await ask([[open]], true)).toEqual([open]);
  await expect(ask([[closed]])).rejects.toThrow(PrivateAddressError);
  await expect(ask([[open, closed]])).rejects.toThrow(PrivateAddressError);
  await expect(ask([[]])).rejects.toThrow();
});

test("what is judged is what is connected to: a name is asked once", async () => {
  // A rebinding server answers the second question differently; it is not asked.
  expect(await ask([[open], [closed]])).toBe("8.8.8.8");
});
