import express, { type Router } from "express";

/** One place where the server answers: a path, or all paths below a prefix. */
export interface MountedRoute {
  path: string;
  /** Null for what takes every method. */
  methods: string[] | null;
}

interface Layer {
  path: string;
  router: unknown;
  route: { methods: Record<string, boolean>; stack: { method?: string }[] } | null;
}

type Prototype = Record<"use" | "route", (this: object, ...parameters: unknown[]) => unknown>;

/**
 * Every route of an app that is made while `make` runs, as Express knows them: Express 5 forgets the paths under which routers
 * are mounted, so they are written down as it is told them.
 */
export async function collectRoutes(make: () => Promise<unknown>): Promise<MountedRoute[]> {
  const layers = new Map<object, Layer[]>();
  const mounted = new Set<object>();
  const add = (on: object, layer: Layer) => layers.set(on, [...(layers.get(on) ?? []), layer]);
  const prototype = express.Router.prototype as unknown as Prototype;
  const { use, route } = prototype;
  prototype.use = function (...parameters) {
    const [first, ...others] = parameters;
    const hasPath = typeof first === "string" || Array.isArray(first);
    const handlers = (hasPath ? others : parameters).flat(Number.POSITIVE_INFINITY);
    for (const path of hasPath ? [first].flat() : [""])
      for (const router of handlers) {
        if (router && layers.has(router)) mounted.add(router);
        add(this, { path: String(path), router, route: null });
      }
    return use.apply(this, parameters);
  };
  prototype.route = function (...parameters) {
    const made = route.apply(this, parameters) as NonNullable<Layer["route"]>;
    for (const path of [parameters[0]].flat()) add(this, { path: String(path), router: null, route: made });
    return made;
  };
  try {
    await make();
  } finally {
    Object.assign(prototype, { use, route });
  }
  const roots = [...layers.keys()].filter((router) => !mounted.has(router));
  return roots.flatMap((root) => routesOf(layers, root, ""));
}

function routesOf(layers: Map<object, Layer[]>, router: object, prefix: string): MountedRoute[] {
  return (layers.get(router) ?? []).flatMap(({ path, router: inner, route }) => {
    if (route) {
      const methods = route.stack.flatMap(({ method }) => method?.toUpperCase() ?? []);
      const isAll = route.stack.some(({ method }) => method === undefined);
      return [{ path: prefix + path, methods: isAll ? null : methods }];
    }
    if (inner && layers.has(inner as Router)) return routesOf(layers, inner as Router, prefix + path);
    return [{ path: prefix + path, methods: null }];
  });
}
