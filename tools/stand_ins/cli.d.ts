// Declarations for what this project uses of `@std/cli`; see ../std_from_npm.ts.
//
// The same keys with the same types as upstream's for flat option names; names
// with a dot in them, which upstream nests, are not understood here.

type Show<T> = { [K in keyof T]: T[K] };
type Default<D, K> = K extends keyof D ? D[K] : never;
type Negated<N, K> = K extends N ? false : never;

type Flags<B, S, C, N, D> =
  & { [K in Exclude<S & string, C | keyof D>]?: string | Negated<N, K> }
  & {
    [K in Exclude<S & string, C | Exclude<S, keyof D>>]:
      | string
      | Default<D, K>
      | Negated<N, K>;
  }
  & { [K in Exclude<B & string, C>]: boolean | Default<D, K> }
  & { [K in Extract<C, S> & string]: string[] | Default<D, K> }
  & { [K in Extract<C, B> & string]: boolean[] | Default<D, K> }
  & { [K in Exclude<C & string, S | B>]: unknown[] | Default<D, K> }
  & { [K in Exclude<keyof D, S | B | C>]: unknown };

type WithAliases<T, A> = {
  [
    K in keyof T as
      | K
      | (K extends keyof A
        ? A[K] extends readonly (infer Each)[] ? Each & string
        : A[K] & string
        : never)
  ]: T[K];
};

// deno-lint-ignore no-explicit-any
type Untyped = Record<string, any>;

type Parsed<B, S, C, N, D, A> = [B | S | C] extends [never] ? Untyped
  : Record<string, unknown> & WithAliases<Show<Flags<B, S, C, N, D>>, A>;

type Rest<DD> = boolean extends DD ? { "--"?: string[] }
  : DD extends true ? { "--": string[] }
  : unknown;

export type Args<
  T extends Record<string, unknown> = Untyped,
  DD extends boolean | undefined = undefined,
> = Show<T & { _: (string | number)[] } & Rest<DD>>;

export interface ParseOptions<
  B extends string = string,
  S extends string = string,
  C extends string = string,
  N extends string = string,
  D = Record<string, unknown> | undefined,
  A = Record<string, string | readonly string[]> | undefined,
  DD extends boolean | undefined = boolean | undefined,
> {
  "--"?: DD;
  alias?: A;
  boolean?: boolean | B | readonly B[];
  collect?: C | readonly C[];
  default?: D;
  negatable?: N | readonly N[];
  stopEarly?: boolean;
  string?: S | readonly S[];
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

export function parseArgs<
  B extends string = never,
  S extends string = never,
  C extends string = never,
  N extends string = never,
  // deno-lint-ignore ban-types
  D extends Record<string, unknown> | undefined = {},
  // deno-lint-ignore ban-types
  const A extends Record<string, string | readonly string[]> | undefined = {},
  DD extends boolean | undefined = undefined,
>(
  args: readonly string[],
  options?: ParseOptions<B, S, C, N, D, A, DD>,
): Args<Parsed<B, S, C, N, D, A>, DD>;
