/** The binary of the `node` package is there only after its install script, and pnpm would warn that it cannot link it. */
module.exports = {
  hooks: {
    readPackage: (manifest) => {
      if (manifest.name === "node") delete manifest.bin;
      return manifest;
    },
  },
};
