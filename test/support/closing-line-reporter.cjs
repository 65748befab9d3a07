const { reporters } = require('mocha')

/** Mocha's spec report, closed by one line that any script can read: `412 passed, 0 failed`. */
module.exports = class ClosingLineReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    runner.once('end', () => {
      const { passes, failures } = this.stats
      process.stdout.write(`\n${passes} passed, ${failures} failed\n`)
    })
  }
}
