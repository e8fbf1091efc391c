import { raise } from '../errors.ts';
import { raiseIssue } from './issues.ts';
import { named } from './names.ts';
import type { Network, Population } from './network.ts';
import { MAX_FIELDS, print, printNames, printPath } from './plain.ts';
import { instanceSchema, modulesSchema } from './schema.ts';

/**
 * Part of a network, to be put into networks by its name. Anywhere in it `{ parameter: NAME }` stands for a value that its user gives, or for the default. A name that is
 * written in it (of `pre`, `post`, `from`, `to`, `through.feedback`, `follows`, `spread`) is one of its own; a name from outside comes as a parameter.
 */
export interface Module {
  /** defaults by name; null: whoever uses the module must give it */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** populations, and instances of other modules */
  readonly populations?: Readonly<Record<string, unknown>>;
  readonly projections?: Readonly<Record<string, unknown>>;
  readonly feedbacks?: Readonly<Record<string, unknown>>;
}

/** A module in the place of a population: where it stands, its populations run. What it calls `hidden` is INSTANCE-hidden outside. */
export interface Instance {
  readonly module: string;
  /** parameters by name */
  readonly with?: Readonly<Record<string, unknown>>;
}

/** A network that is put together from modules: a tree of linked modules with names, as in Daphne (Frasconi et al. 1993). */
export interface ModularNetwork extends Omit<Network, 'populations'> {
  readonly modules: Readonly<Record<string, Module>>;
  readonly populations: Readonly<Record<string, Population | Instance>>;
}

/** The plain network that a description with modules says, and where its parts were written, by `populations.NAME` and the like. */
export interface Resolved {
  readonly data: unknown;
  readonly origins: ReadonlyMap<string, string>;
}

const groups = ['populations', 'projections', 'feedbacks'] as const;
type Group = (typeof groups)[number];
type Fields = Readonly<Record<string, unknown>>;
type Path = readonly string[];

/** Modules in modules; far deeper than anyone reads. */
const MAX_NESTING = 16;
/** Fields that hold a name where they hold text. */
const nameFields: ReadonlySet<string> = new Set(['pre', 'post', 'from', 'to', 'feedback', 'follows', 'spread']);

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const isInstance = (value: unknown): value is Fields => isObject(value) && Object.hasOwn(value, 'module');
const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {});
const within = (path: string, field: string): string => `${path}.${printPath([field])}`;

/** What words mean at a place: to whom its names belong, and what its parameters are. */
interface Scope {
  /** of names in the network: '' or INSTANCE- */
  readonly prefix: string;
  /** names of its own; undefined: any, which the network itself is checked for */
  readonly own?: ReadonlySet<string>;
  /** a parameter means what it says in the scope of whoever gave it */
  readonly parameters?: Parameters;
}

type Parameters = ReadonlyMap<string, { readonly value: unknown; readonly scope: Scope; readonly path: string }>;

/** A plain network of the same meaning: each instance replaced by its module's parts, under names of their own. Data without modules is left as it is. */
export function resolveModules(data: unknown): Resolved {
  const origins = new Map<string, string>();
  if (!isObject(data)) return { data, origins };
  const written = fieldsOf(data['populations']);
  if (!Object.hasOwn(data, 'modules') && !Object.values(written).some(isInstance)) return { data, origins };
  const checked = modulesSchema.safeParse(data['modules'] ?? {});
  if (!checked.success) raiseIssue({ ...checked.error.issues[0]!, path: ['modules', ...checked.error.issues[0]!.path] }, data);
  const modules = checked.data as Readonly<Record<string, Module>>;

  const flat: Record<Group, Record<string, unknown>> = { populations: {}, projections: {}, feedbacks: {} };
  let fields = 0;
  const counted = (count: number): void => {
    fields += count;
    if (fields <= MAX_FIELDS) return;
    raise('ERR_OUT_OF_RANGE', {
      path: 'the network',
      bound: `at most ${MAX_FIELDS} fields, numbers not counted,`,
      value: 'more, once its modules are in their places',
      remedy: 'use fewer instances and larger populations',
    });
  };

  const instanceAt = (value: unknown, path: Path): { readonly name: string; readonly module: Module; readonly given: Fields } => {
    const parsed = instanceSchema.safeParse(value);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      raiseIssue({ ...issue!, path: [...path, ...issue!.path] }, data);
    }
    const { module: name, with: given = {} } = parsed.data;
    const module = named(modules, name);
    if (module === undefined)
      raise('ERR_UNKNOWN_NAME', { path: printPath([...path, 'module']), value: print(name), known: printNames(Object.keys(modules)) });
    return { name, module, given };
  };

  /** Names that a module has of its own, those of the instances in it among them. */
  const namesOf = (name: string, module: Module, chain: readonly string[]): Set<string> => {
    const own = new Set<string>();
    for (const group of groups)
      for (const [key, value] of Object.entries(module[group] ?? {})) {
        counted(1);
        if (group !== 'populations' || !isInstance(value)) {
          own.add(key);
          continue;
        }
        const path = ['modules', name, 'populations', key];
        const inner = instanceAt(value, path);
        if ([...chain, name].includes(inner.name))
          raise('ERR_MODULE_IN_ITSELF', {
            path: printPath([...path, 'module']),
            value: print(inner.name),
            chain: printPath([...chain, name, inner.name].slice(-3)).replaceAll('.', ' → '),
          });
        if (chain.length >= MAX_NESTING)
          raise('ERR_OUT_OF_RANGE', {
            path: printPath(path),
            bound: `at most ${MAX_NESTING} modules in one another`,
            value: 'more',
            remedy: 'put the inner ones side by side',
          });
        for (const theirs of namesOf(inner.name, inner.module, [...chain, name])) own.add(`${key}-${theirs}`);
      }
    return own;
  };

  const copy = (value: unknown, scope: Scope, path: string, key: string): unknown => {
    counted(1);
    if (typeof value === 'string' && nameFields.has(key) && scope.own !== undefined) {
      if (!scope.own.has(value))
        raise('ERR_UNKNOWN_NAME', {
          path,
          value: print(value),
          known: `${printNames([...scope.own])}; one from outside comes as a parameter`,
        });
      return `${scope.prefix}${value}`;
    }
    if (typeof value !== 'object' || value === null) return value;
    // Numbers mean the same everywhere.
    if (Array.isArray(value))
      return typeof value[0] === 'number' ? value : value.map((inner, index) => copy(inner, scope, `${path}[${index}]`, key));
    const [only, ...others] = Object.keys(value);
    if (only === 'parameter' && others.length === 0 && scope.parameters !== undefined) {
      const name = (value as Fields)['parameter'];
      const known = typeof name === 'string' ? scope.parameters.get(name) : undefined;
      if (known === undefined)
        raise('ERR_UNKNOWN_NAME', { path: `${path}.parameter`, value: print(name), known: printNames([...scope.parameters.keys()]) });
      return copy(known.value, known.scope, known.path, key);
    }
    return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, copy(inner, scope, within(path, field), field)]));
  };

  const put = (group: Group, name: string, value: unknown, path: string): void => {
    if (Object.hasOwn(flat[group], name))
      raise('ERR_DUPLICATE_NAME', { path, other: origins.get(printPath([group, name])) ?? printPath([group, name]) });
    flat[group][name] = value;
    origins.set(printPath([group, name]), path);
  };

  const place = (key: string, value: unknown, outer: Scope, path: Path): void => {
    const { name, module, given } = instanceAt(value, path);
    const prefix = `${outer.prefix}${key}-`;
    const own: Scope = { prefix, own: namesOf(name, module, []) };
    const parameters = parametersOf(name, module, given, own, outer, printPath([...path, 'with']));
    fill(module, { ...own, parameters }, ['modules', name], `${printPath(['populations', prefix.slice(0, -1)])} → `);
  };

  /** `path`: where the parts are written; `instance`: for whom */
  const fill = (parts: Module | Fields, scope: Scope, path: Path, instance: string): void => {
    for (const group of groups)
      for (const [key, value] of Object.entries(fieldsOf((parts as Fields)[group]))) {
        const own = [...path, group, key];
        const where = `${instance}${printPath(own)}`;
        if (group === 'populations' && isInstance(value)) place(key, value, scope, own);
        else put(group, `${scope.prefix}${key}`, scope.own === undefined ? value : copy(value, scope, where, key), where);
      }
  };

  fill(data, { prefix: '' }, [], '');
  const { modules: _, ...plain }: Record<string, unknown> = data;
  for (const group of groups) {
    const some = group !== 'feedbacks' || Object.keys(flat.feedbacks).length > 0;
    if (isObject(data[group]) || (data[group] === undefined && some)) plain[group] = flat[group];
  }
  return { data: plain, origins };
}

/** What each parameter of an instance means: what was given, in the scope of the giver, or its default. */
function parametersOf(name: string, { parameters = {} }: Module, given: Fields, own: Scope, outer: Scope, path: string): Parameters {
  for (const key of Object.keys(given))
    if (!Object.hasOwn(parameters, key))
      raise('ERR_UNKNOWN_FIELD', { path: within(path, key), known: `${printNames(Object.keys(parameters))}, of module ${print(name)}` });
  return new Map(
    Object.entries(parameters).map(([key, initial]) => {
      if (Object.hasOwn(given, key)) return [key, { value: given[key], scope: outer, path: within(path, key) }];
      if (initial === null)
        raise('ERR_MISSING_FIELD', { path: within(path, key), expected: `module ${print(name)} has no default for it` });
      return [key, { value: initial, scope: own, path: printPath(['modules', name, 'parameters', key]) }];
    }),
  );
}
