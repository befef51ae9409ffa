const RUN = "planted()";
/** Attribute that marks elements created from a text. */
const MARK = "data-planted";

/** Payloads for script, element and link injection. Any executed code calls `planted()`. */
export const HOSTILE_MESSAGES = [
  // Elements and event handlers.
  `<script ${MARK}>${RUN}</script>`,
  `"><script ${MARK}>${RUN}</script>`,
  `</textarea></title><script ${MARK}>${RUN}</script>`,
  `<ScRiPt ${MARK}>${RUN}</sCrIpT>`,
  `<scr<script>ipt ${MARK}>${RUN}</scr</script>ipt>`,
  `<script ${MARK} src=data:text/javascript,${RUN}></script>`,
  `<img ${MARK} src=x onerror=${RUN}>`,
  `"><img ${MARK} src=x onerror="${RUN}">`,
  `'><img ${MARK} src=x onerror='${RUN}'>`,
  `<img/${MARK}/src=x/onerror=${RUN}>`,
  `<IMG ${MARK} SRC="x" ONERROR="${RUN}"`,
  `<<img ${MARK} src=x onerror=${RUN}>>`,
  `<img ${MARK} src="x\u0000" onerror=${RUN}>`,
  `<img ${MARK} src=x onerror\n=\n${RUN}>`,
  `<img ${MARK} src=x onerror=&#112;lanted()>`,
  `<svg ${MARK} onload=${RUN}>`,
  `<svg ${MARK}><script>${RUN}</script></svg>`,
  `<svg ${MARK}><animate onbegin=${RUN} attributeName=x dur=1s>`,
  `<svg ${MARK}><a xlink:href="javascript:${RUN}"><text x=20 y=20>here</text></a>`,
  `<svg ${MARK}><foreignObject><iframe srcdoc="<script>parent.${RUN}</script>"></iframe></foreignObject></svg>`,
  `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" ${MARK} onload="${RUN}"/>`,
  `<math ${MARK}><mtext><table><mglyph><style><img src=x onerror=${RUN}></style></mglyph></table></mtext></math>`,
  `<iframe ${MARK} src="javascript:parent.${RUN}"></iframe>`,
  `<iframe ${MARK} srcdoc="<script>parent.${RUN}</script>"></iframe>`,
  `<object ${MARK} data="javascript:${RUN}"></object>`,
  `<embed ${MARK} src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='${RUN}'/>">`,
  `<body ${MARK} onload=${RUN}>`,
  `<details ${MARK} open ontoggle=${RUN}>`,
  `<input ${MARK} autofocus onfocus=${RUN}>`,
  `<select ${MARK} autofocus onfocus=${RUN}>`,
  `<video ${MARK} src=x onerror=${RUN}></video>`,
  `<audio ${MARK} src onerror=${RUN}>`,
  `<video ${MARK}><source onerror="${RUN}"></video>`,
  `<marquee ${MARK} onstart=${RUN}>x</marquee>`,
  `<div ${MARK} style="animation-name:x" onanimationstart=${RUN}>x</div>`,
  `<style ${MARK}>@import 'https://evil.example/x.css';*{display:none}</style>`,
  `<link ${MARK} rel=stylesheet href=https://evil.example/x.css>`,
  `<base ${MARK} href=https://evil.example/>`,
  `<meta ${MARK} http-equiv=refresh content="0;url=https://evil.example/">`,
  `<form ${MARK} action=https://evil.example/><button formaction="javascript:${RUN}">Sign in</button></form>`,
  `<a ${MARK} href="javascript:${RUN}">here</a>`,
  `<a ${MARK} href="  java\tscript:${RUN}">here</a>`,
  `<a ${MARK} href="data:text/html,<script>opener.${RUN}</script>">here</a>`,
  `<template ${MARK}><img src=x onerror=${RUN}></template>`,
  `<noscript><p title="</noscript><img ${MARK} src=x onerror=${RUN}>"></noscript>`,
  `<!--><img ${MARK} src=x onerror=${RUN}>-->`,
  `<![CDATA[<img ${MARK} src=x onerror=${RUN}>]]>`,
  `<x ${MARK} onclick=${RUN}>here</x>`,
  // Escaped payloads, dangerous if unescaped.
  `&lt;img ${MARK} src=x onerror=${RUN}&gt;`,
  `&#60;img ${MARK} src=x onerror=${RUN}&#62;`,
  `%3Cimg%20${MARK}%20src=x%20onerror=${RUN}%3E`,
  `\\u003cimg ${MARK} src=x onerror=${RUN}\\u003e`,
  `＜img ${MARK} src=x onerror=${RUN}＞`,
  // Payloads that break out of attributes, templates and scripts.
  `" onmouseover=${RUN} ${MARK} x="`,
  `' autofocus onfocus=${RUN} ${MARK} x='`,
  `';${RUN}//`,
  `\${${RUN}}`,
  `{{constructor.constructor('${RUN}')()}}`,
  `</script><img ${MARK} src=x onerror=${RUN}>`,
  `{"__proto__":{"dangerouslySetInnerHTML":{"__html":"<img ${MARK} src=x onerror=${RUN}>"}}}`,
  // Links, plain and in text markup.
  `javascript:${RUN}`,
  `JaVaScRiPt:${RUN}//https://example.com/`,
  `java\nscript:${RUN}`,
  `\u0001javascript:${RUN}`,
  `vbscript:${RUN}`,
  `data:text/html,<img ${MARK} src=x onerror=${RUN}>`,
  `blob:https://example.com/planted`,
  `file:///etc/passwd`,
  `//evil.example/planted`,
  `[here](javascript:${RUN})`,
  `![here](x"onerror="${RUN})`,
  `<javascript:${RUN}>`,
  `\`\`\`<img ${MARK} src=x onerror=${RUN}>\`\`\``,
  `*_~<img ${MARK} src=x onerror=${RUN}>~_*`,
  `https://example.com/"onmouseover="${RUN}" ${MARK}="`,
  `https://example.com/'><img ${MARK} src=x onerror=${RUN}>`,
  `https://javascript:${RUN}@example.com/`,
  `https://example.com/\u202egpj.exe`,
  // Characters that reorder, hide or break text.
  `\u202e<img ${MARK} src=x onerror=${RUN}>\u202c`,
  `\u2066\u2067${RUN}\u2069\u2069 <b ${MARK}>x</b>`,
  `\ufeff<s\u200bcript ${MARK}>${RUN}</script>`,
  `\ud800<img ${MARK} src=x onerror=${RUN}>\udfff`,
  `${"\u0301".repeat(100)}<img ${MARK} src=x onerror=${RUN}>`,
  `\u2028${RUN}\u2029<img ${MARK} src=x onerror=${RUN}>`,
  `\u0000<img ${MARK} src=x onerror=${RUN}>`,
  `+ADw-img ${MARK} src=x onerror=${RUN}+AD4-`,
];

/** Runs in each page before any other script. */
export const SCRIPT_TRAP = `
  window.odd = [];
  window.planted = () => { window.odd.push("a script ran"); };
  document.addEventListener("securitypolicyviolation", (event) => {
    window.odd.push("the policy stopped " + event.violatedDirective + " " + event.blockedURI);
  });
`;

/** Returns the effects of injected text in a page: executed scripts, created elements, and dangerous links. */
export const SCRIPT_RAN_FLAG = `(() => {
  const odd = [...window.odd];
  for (const box of document.querySelectorAll("*")) {
    const tag = "<" + box.localName + ">";
    if (box.hasAttribute("${MARK}")) odd.push(tag + " was born");
    if (/^(applet|base|embed|frame|iframe|marquee|math|object)$/.test(box.localName)) odd.push(tag + " is there");
    for (const { name, value } of box.attributes) {
      if (/^on/i.test(name)) odd.push(tag + " has " + name);
      if (/^(href|xlink:href|src|action|formaction|data|poster)$/i.test(name) && /^[\\s\\x00-\\x20]*(javascript|vbscript|file)\\s*:/i.test(value))
        odd.push(tag + " leads to " + value);
    }
    if (box.localName === "script" && !String(box.src).startsWith(location.origin + "/")) odd.push("a foreign <script>");
  }
  for (const link of document.querySelectorAll("a[href]")) {
    const { protocol, origin, rel, target } = link;
    if (!["http:", "https:", "mailto:", "tel:"].includes(protocol)) odd.push("a link by " + protocol);
    else if (/^http/.test(protocol) && origin !== location.origin && !(target === "_blank" && /noopener|noreferrer/.test(rel)))
      odd.push("a link out that keeps its opener: " + link.href);
  }
  return odd;
})()`;
