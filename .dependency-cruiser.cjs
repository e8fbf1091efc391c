/**
 * Who may import whom. Two tables are the whole law; the rules below only spell them out for dependency-cruiser.
 * A new folder, a new file at the top of runtime/ or a new package has no rights until it gets a line here.
 */

/** Top-level folder → the folders whose index.ts it may import. */
const folders = {
  runtime: [],
  native: ['runtime'],
  'firmware-bridge': ['runtime'],
  drivers: ['runtime', 'firmware-bridge'],
  apps: ['runtime', 'native', 'firmware-bridge', 'drivers'],
};

/** Beside the index.ts of the folders: what package.json exports by a name of its own. */
const entrances = ['drivers/hil', 'drivers/recording', 'runtime/conformance', 'runtime/oracle'];

/** Homes inside runtime/, bottom to top → the homes each may import beside itself. */
const ground = ['errors.ts', 'exact.ts', 'units.ts'];
const description = [...ground, 'network', 'learning'];
const program = [...description, 'program'];
const runtime = {
  'errors.ts': [],
  'exact.ts': ['errors.ts'],
  'units.ts': ['errors.ts'],
  network: description,
  learning: description,
  program: program,
  'backend.ts': program,
  'board.ts': program,
  reference: [...program, 'backend.ts'],
  oracle: program,
  record: [...program, 'backend.ts'],
  loop: [...program, 'backend.ts', 'board.ts', 'record'],
  conformance: [...program, 'backend.ts', 'board.ts', 'reference', 'oracle', 'record', 'loop'],
};

/** Package → the only places that may import it. Tests may use every package that package.json names. */
const packages = {
  rxjs: ['runtime/loop/', 'runtime/board\\.ts$', 'firmware-bridge/', 'drivers/', 'apps/'],
  zod: ['runtime/network/', 'apps/'],
  'node-api-headers': ['native/build\\.mjs$'],
  serialport: ['firmware-bridge/'],
  protobufjs: ['firmware-bridge/', 'drivers/recording/(schema|messages)\\.ts$', 'drivers/onnx/model-file\\.ts$'],
  '@mcap/core': ['drivers/recording/'],
  avr8js: ['drivers/emulated/avr/'],
  rp2040js: ['drivers/emulated/rp2040/'],
  'johnny-five': ['drivers/'],
  'firmata-io': ['drivers/'],
  'onnxruntime-node': ['drivers/'],
  h5wasm: ['drivers/nir/file'],
  'csv-parse': ['drivers/sources/csv\\.ts$'],
  wavefile: ['drivers/sources/wav\\.ts$'],
  mqtt: ['drivers/sources/mqtt\\.ts$', 'apps/fleet/telemetry/mqtt\\.ts$'],
  '@nats-io/[a-z-]+': ['apps/fleet/'],
  'mujoco-js': ['apps/worlds/'],
  ws: ['apps/dashboard/'],
  pino: ['apps/observe/log\\.ts$'],
  'prom-client': ['apps/observe/metrics\\.ts$'],
  uplot: ['apps/dashboard/page/'],
  commander: ['apps/'],
  picocolors: ['apps/'],
  asciichart: ['apps/'],
  'cli-table3': ['apps/'],
};

/** Weighs too much to be loaded by someone who does not use it. */
const lazy = ['johnny-five', 'firmata-io', 'onnxruntime-node', 'mujoco-js', 'h5wasm', 'csv-parse', 'wavefile', 'mqtt', '@nats-io/[a-z-]+'];

const packaged = (name) => `(^|/)node_modules/(@types/)?${name}/|^${name}(/|$)`;
const anyFolder = `^(${[...Object.keys(folders), 'test'].join('|')})/`;
const anyPackage = '(^|/)node_modules/';
const homeOf = (name) => `^runtime/${name.replace('.', '\\.')}${name.endsWith('.ts') ? '$' : '/'}`;
const error = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    error('no-cycle', 'A cycle, even of types, means two files are one concept or a third is missing.', {}, { circular: true }),
    error('resolvable', 'Every import must lead to a file or a package that is there.', {}, { couldNotResolve: true }),
    error(
      'index-only',
      'Another top-level folder is entered by its index.ts, or by that of an entrance.',
      { path: '^([^/]+)/', pathNot: '^test/' },
      { path: anyFolder, pathNot: ['^$1/', '^[^/]+/index\\.ts$', ...entrances.map((home) => `^${home}/index\\.ts$`)] },
    ),
    ...Object.entries(folders).map(([folder, others]) =>
      error(
        `folder-${folder}`,
        `${folder}/ may import ${others.join(', ') || 'no other folder'}.`,
        { path: `^${folder}/` },
        { path: anyFolder, pathNot: `^(${[folder, ...others].join('|')})/` },
      ),
    ),
    error(
      'runtime-home',
      'Every file of runtime/ lives in a home of the table in .dependency-cruiser.cjs.',
      { path: '^runtime/', pathNot: ['^runtime/index\\.ts$', ...Object.keys(runtime).map(homeOf)] },
      {},
    ),
    ...Object.entries(runtime).map(([home, others]) =>
      error(
        `runtime-${home.replace('.ts', '')}`,
        `runtime/${home} may import ${others.join(', ') || 'nothing'}.`,
        { path: homeOf(home) },
        { path: '^runtime/', pathNot: [home, ...others].map(homeOf) },
      ),
    ),
    error(
      'runtime-builtin',
      'runtime/ is pure: of Node it knows only the hash of a recording.',
      { path: '^runtime/', pathNot: '^runtime/record/' },
      { dependencyTypes: ['core'] },
    ),
    error(
      'runtime-record-builtin',
      'runtime/record/ may import node:crypto only.',
      { path: '^runtime/record/' },
      { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    ),
    ...Object.entries(packages).map(([name, homes]) =>
      error(
        `package-${name}`,
        `${name} is imported only under ${homes.join(', ')}.`,
        { pathNot: ['^test/', ...homes.map((home) => `^${home}`)] },
        { path: packaged(name) },
      ),
    ),
    error(
      'package-unlisted',
      'A package outside the table in .dependency-cruiser.cjs.',
      { pathNot: '^test/' },
      { path: anyPackage, pathNot: Object.keys(packages).map(packaged) },
    ),
    error(
      'package-undeclared',
      'package.json does not name it.',
      {},
      // An optional peer is of type npm-no-pkg too, beside the type that it was declared with.
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm', 'npm-dev', 'npm-peer'] },
    ),
    error(
      'lazy',
      'Optional packages are loaded by import() where they are first used.',
      { pathNot: '^test/' },
      { path: lazy.map(packaged), dynamic: false, dependencyTypesNot: ['type-only'] },
    ),
  ],
  options: {
    // Examples import the package by its name, which leads to what tsc made of it.
    doNotFollow: { path: 'node_modules|^dist/' },
    tsPreCompilationDeps: true,
    preserveSymlinks: true,
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
