import { expect } from 'chai'
import { parseDemoArguments } from '../../../../scripts/demo/arguments.ts'

describe('The words of the demo', () => {
  it('mean a merge when there is none', () => {
    const merge = { command: 'merge', multiplier: 0.3, dataDirectory: '.darkroom', help: false }
    expect(parseDemoArguments([])).to.deep.equal(merge)
    const files = ['--primary', 'a', '--secondary', 'b', '--multiplier', '0.5']
    expect(parseDemoArguments(files)).to.deep.equal({ ...merge, primary: 'a', secondary: 'b', multiplier: 0.5 })
  })

  it('mean a picture after generate, quoted or not', () => {
    const picture = {
      command: 'generate',
      prompt: 'a red circle',
      keep: false,
      dataDirectory: '.darkroom',
      help: false,
    }
    expect(parseDemoArguments(['generate', 'a red circle'])).to.deep.equal(picture)
    expect(parseDemoArguments(['generate', 'a', 'red', 'circle', '--seed', '7', '--keep'])).to.deep.equal({
      ...picture,
      seed: 7,
      keep: true,
    })
    expect(parseDemoArguments(['generate', '--help'])).to.include({ help: true })
  })

  it('mean a training after train, of pictures drawn for the occasion or the user’s own', () => {
    const training = {
      command: 'train',
      method: 'dreambooth',
      prompt: 'a sks ball',
      classPrompt: 'a ball',
      seed: 1,
      keep: false,
      dataDirectory: '.darkroom',
      help: false,
    }
    expect(parseDemoArguments(['train'])).to.deep.equal(training)
    const own = [
      '--pictures',
      'p',
      '--prompt',
      'a zwx dog',
      '--class-prompt',
      'a dog',
      '--method',
      'lora',
      '--steps',
      '50',
    ]
    expect(parseDemoArguments(['train', ...own])).to.deep.equal({
      ...training,
      pictures: 'p',
      prompt: 'a zwx dog',
      classPrompt: 'a dog',
      method: 'lora',
      steps: 50,
    })
  })

  const refused: [string[], RegExp][] = [
    [['paint', 'x'], /^paint: is no command/],
    [['toString'], /^toString: is no command/],
    [['generate'], /^generate: say what to paint/],
    [['generate', 'x', '--multiplier', '0.5'], /^--multiplier: does not go with generate/],
    [['--seed', '7'], /^--seed: does not go with merge/],
    [['generate', 'x', '--seed', 'seven'], /^--seed: seven is not a whole number/],
    [['generate', 'x', '--steps', '1000'], /^--steps: 1000/],
    [['--primary', 'a'], /^--secondary: is missing/],
    [['train', 'x'], /^x: a training takes only options/],
    [['train', '--method', 'magic'], /^--method: magic is neither/],
    [['generate', 'x', '--pictures', 'p'], /^--pictures: does not go with generate/],
    [['--multiplier', '2'], /^--multiplier: 2 is not/],
    [['--nothing'], /--nothing/],
  ]
  for (const [words, message] of refused) {
    it(`are refused: ${words.join(' ')}`, () => expect(() => parseDemoArguments(words)).to.throw(message))
  }
})
