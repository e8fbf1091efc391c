import test from 'ava';
import { verifyChain } from '../../../runtime/oracle/index.ts';

const rows = verifyChain();

test('every link of the chain holds and every control is found', (t) => {
  t.deepEqual(
    rows.filter((row) => !row.pass),
    [],
  );
});

test('no control is found by rounding alone', (t) => {
  for (const row of rows) if (row.control) t.true(row.relativeError > 1e-3, `${row.rule}: ${row.claim}`);
});

test('every oracle that judges by a tolerance has a control that it finds', (t) => {
  const oracles = new Set(rows.filter((row) => !row.control).map((row) => row.oracle));
  const controlled = new Set(rows.filter((row) => row.control).map((row) => row.oracle));
  // Further opinions on the same numbers: the controls of NEST's losses and of masked RTRL cover them.
  for (const same of ["the authors' TensorFlow, float32", 'NumPy, float64', 'SnAp-1']) oracles.delete(same);
  t.deepEqual(
    [...oracles].filter((oracle) => !controlled.has(oracle)),
    [],
  );
});

test('the chain covers LIF, ALIF and mixed networks and both kinds of feedback', (t) => {
  const links = rows.filter((row) => row.rule === 'e-prop' && row.claim === 'equals its masked RTRL');
  t.deepEqual(
    links.map(({ neuron, feedback }) => `${neuron} ${feedback}`),
    ['LIF', 'ALIF', 'LIF+ALIF'].flatMap((neuron) => [`${neuron} symmetric`, `${neuron} random`]),
  );
  t.true(links.every((row) => row.relativeError < 1e-13));
});

test('every rule of the family and every cell has a link and a control', (t) => {
  const rules = [
    'BPTT',
    'RTRL',
    'SnAp-1',
    'OSTL',
    'OSTL without H',
    'OSTTP',
    'RFLO',
    'UORO',
    'OTTT',
    'ETLP',
    'e-prop',
    'e-prop 2',
    'e-prop 3',
    'reward e-prop',
    'DECOLLE',
    'SuperSpike',
    'weight perturbation',
    'node perturbation',
    'STDP',
    'reward-modulated STDP',
  ];
  for (const rule of rules) {
    t.true(
      rows.some((row) => row.rule === rule && !row.control),
      rule,
    );
    t.true(
      rows.some((row) => row.rule === rule && row.control),
      `${rule}: control`,
    );
  }
  for (const neuron of ['rate', 'SNU', 'sSNU', 'LSTM', 'GRU', 'SRNN']) {
    const links = rows.filter((row) => row.neuron === neuron && row.rule === 'RTRL' && /equals BPTT/.test(row.claim));
    t.true(links.length > 0 && links.every((row) => row.relativeError < 1e-13), neuron);
  }
});

test('no two rows say the same', (t) => {
  const said = rows.map(({ rule, neuron, feedback, claim, oracle }) => [rule, neuron, feedback, claim, oracle].join(' | '));
  t.deepEqual(
    said.filter((row, s) => said.indexOf(row) !== s),
    [],
  );
});
