// node run.mjs <address of the gateway> <file with the table of tests that do not apply> [id of one test, shown in detail]
// Ends with 1 when a test that applies and that the specification requires fails, or when one of the table passes.
import { readFileSync } from 'node:fs'
import { getResults, runTests } from 'http-cache-tests/test-engine/client/runner.mjs'
import suites from 'http-cache-tests/tests/index.mjs'

const [base, table, only] = process.argv.slice(2)
const exempt = new Set([...readFileSync(table, 'utf8').matchAll(/^\| `([^`]+)` \|/gm)].map(row => row[1]))
const chosen = suites.map(suite => ({
  ...suite,
  tests: suite.tests.filter(test => !test.browser_only && (!only || test.id === only)).map(test => ({ ...test, dump: Boolean(only) }))
}))
await runTests(chosen, false, base)

const results = getResults()
const tests = new Map(chosen.flatMap(suite => suite.tests).map(test => [test.id, test]))
const passed = id => results[id] === true
// A test says nothing when what it builds on does not work.
const applies = test => (test.depends_on ?? []).every(id => !tests.has(id) || (passed(id) && applies(tests.get(id))))
const count = {}
const wrong = []
for (const test of tests.values()) {
  const kind = test.kind ?? 'required'
  const outcome = passed(test.id) ? 'passed' : applies(test) ? 'failed' : 'no base'
  count[kind] ??= {}
  count[kind][outcome] = (count[kind][outcome] ?? 0) + 1
  if (kind === 'required' && outcome === 'failed' && !exempt.has(test.id)) {
    wrong.push(`failed: ${test.id} (${test.name}): ${results[test.id]}`)
  } else if (kind === 'required' && outcome === 'passed' && exempt.has(test.id)) {
    wrong.push(`listed as not applicable, but passes: ${test.id}`)
  } else if (kind === 'optimal' && outcome === 'failed') {
    console.log(`not optimal: ${test.id} (${test.name}): ${results[test.id]}`)
  }
}
console.log(count)
wrong.forEach(line => console.log(line))
process.exit(wrong.length === 0 ? 0 : 1)
