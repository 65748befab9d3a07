import { expect } from 'chai'
import { escapeJavaScript } from '../../../../../../local/services/apigateway/mapping/escape-java-script.ts'
import { renderTemplate } from '../../../../../../local/services/apigateway/mapping/template.ts'
import { TEMPLATE_FUNCTIONS } from '../../../../../../local/services/apigateway/mapping/template-functions.ts'

const CASES: [given: unknown, escaped: string][] = [
  ['', ''],
  ['plain', 'plain'],
  ['say "x"', 'say \\"x\\"'],
  ["it's", "it\\'s"],
  ['a/b\\c', 'a\\/b\\\\c'],
  ['\n\r\t\b\f', '\\n\\r\\t\\b\\f'],
  ['é\u0001\u{1F600}', '\\u00E9\\u0001\\uD83D\\uDE00'],
  [12, '12'],
  [true, 'true'],
]

describe('$util.escapeJavaScript', () => {
  for (const [given, escaped] of CASES) {
    it(`turns ${JSON.stringify(given)} into ${escaped || 'nothing'}`, () => {
      expect(escapeJavaScript(given)).to.equal(escaped)
    })
  }

  it('is valid inside JSON once the single quotes are put back as templates do', () => {
    const text = 'it\'s "q" \\ / é\n{"a":1}'
    const template = '{"x": "$util.escapeJavaScript($text).replaceAll("\\\\\'", "\'")"}'
    expect(JSON.parse(renderTemplate(template, { text, util: TEMPLATE_FUNCTIONS }))).to.deep.equal({ x: text })
  })
})
