import { expect } from 'chai'
import { renderTemplate } from '../../../../../../local/services/apigateway/mapping/template.ts'
import { TEMPLATE_FUNCTIONS } from '../../../../../../local/services/apigateway/mapping/template-functions.ts'
import { createTemplateInput } from '../../../../../../local/services/apigateway/mapping/template-input.ts'

const BODY = JSON.stringify({
  name: 'Tim\'s "mix"',
  tags: ['a', { b: 1 }],
  n: 7,
  none: null,
  deep: { 'a b': [10, 20] },
})
const PARAMETERS = {
  path: { id: '1', same: 'path' },
  querystring: { q: 'x y', same: 'query' },
  header: { 'Idempotency-Key': 'k1', size: '3', same: 'header' },
}

function render(template: string, body = BODY): string {
  return renderTemplate(template, {
    input: createTemplateInput(body, PARAMETERS),
    util: TEMPLATE_FUNCTIONS,
    stageVariables: { colour: 'red' },
    context: {
      requestId: 'r1',
      requestTimeEpoch: 5,
      authorizer: { username: 'admin' },
      responseOverride: { header: {} },
    },
  })
}

/** Template → what it renders to. */
const INPUT_CASES: [template: string, rendered: string][] = [
  ["$input.json('$.tags')", '["a",{"b":1}]'],
  ["$input.json('$.missing')", '""'],
  ["$input.json('$.none')", '""'],
  ['$input.json("$.deep[\'a b\'][1]")', '20'],
  ["$input.json('$.tags[*].b')", '[1]'],
  ["$input.path('$.n')", '7'],
  ["$input.path('$.missing')", ''],
  ["$input.path('$.tags')", '["a",{"b":1}]'],
  ["$input.path('$.deep')", '{a b=[10,20]}'],
  ["#set($root = $input.path('$'))$root.tags[0] $root.tags.size() $!root.none|$root.none", 'a 2 |$root.none'],
  ["#if($input.path('$.missing') != '')there#{else}not there#end", 'not there'],
  [
    "$input.params('same') $input.params('q') $input.params('idempotency-key') [$input.params('none')]",
    'path x y k1 []',
  ],
  ["$input.params().header.get('Idempotency-Key') $input.params().header.size()", 'k1 3'],
  ['$input.params().header.keySet()', '["Idempotency-Key","size","same"]'],
]

const LANGUAGE_CASES: [template: string, rendered: string][] = [
  [
    '$context.requestId $context.authorizer.username [$context.authorizer.none] [$context.nothing.at.all] $unknown',
    'r1 admin [] [] $unknown',
  ],
  ['$stageVariables.colour [$stageVariables.none]', 'red []'],
  ['#foreach($t in [1, 2])$t$foreach.index#if($foreach.hasNext),#end#end', '10,21'],
  ['#define($loop)<$x>#end#set($x = "y")$loop "$loop"', '<y> "<y>"'],
  ['#set($a = 7 / 2)$a #set($b = 7.5 / 2)$b #set($c = 1 + 2 * 3)$c', '3 3.75 7'],
  ['#if("a" == "a" && !false)yes#elseif(true)no#end', 'yes'],
  ['#set($m = {"a": 1})#set($none = $m.put("b", "x"))$m.b $m.containsKey("a") $m.size()', 'x true 2'],
  ['#foreach($e in $input.params().path.entrySet())$e.key=$e.value;#end', 'id=1;same=path;'],
  ['## nothing\n#* nothing *#text', 'text'],
]

const JAVA_CASES: [template: string, rendered: string][] = [
  ['$s.replaceAll("[aeiou]", "<$0>")', 'h<e>ll<o> wOrld'],
  ['$s.replaceAll("(l+)", "[$1]")', 'he[ll]o wOr[l]d'],
  ['$s.replace("l", "L") $s.replaceFirst("l", "1")', 'heLLo wOrLd he1lo wOrld'],
  ['$s.length() $s.substring(1, 3) $s.indexOf("o") $s.lastIndexOf("l")', '11 el 4 9'],
  ['$s.contains("lo w") $s.startsWith("he") $s.endsWith("x") $s.isEmpty()', 'true true false false'],
  ['$s.matches("hello") $s.matches("hello.*") $s.matches("(?i)HELLO WORLD")', 'false true true'],
  ['$s.toUpperCase() $s.toLowerCase()', 'HELLO WORLD hello world'],
  ['$csv.split(",").size() $csv.split(",")[0] $csv.split(",").get(1)', '2 a b'],
  ['$n.toString().length() $list.contains("q") $list.isEmpty()', '2 true false'],
]

describe('mapping templates', () => {
  for (const [template, rendered] of [...INPUT_CASES, ...LANGUAGE_CASES]) {
    it(`renders ${template}`, () => {
      expect(render(template)).to.equal(rendered)
    })
  }

  for (const [template, rendered] of JAVA_CASES) {
    it(`calls ${template} as Java does`, () => {
      const variables = { s: 'hello wOrld', csv: 'a,b,,', n: 12, list: ['q'] }
      expect(renderTemplate(template, variables)).to.equal(rendered)
    })
  }

  it('sets the overrides of the context', () => {
    const context = { responseOverride: { header: {} as Record<string, string>, status: undefined } }
    renderTemplate('#set($context.responseOverride.status = 409)#set($context.responseOverride.header.X-Why = "so")', {
      context,
    })
    expect(context.responseOverride).to.deep.equal({ status: 409, header: { 'X-Why': 'so' } })
  })

  it('gives $util: JSON, URL and base64 both ways', () => {
    expect(render("$util.urlEncode($input.params('q')) $util.urlDecode('a%2Bb+c')")).to.equal('x+y a+b c')
    expect(render("$util.base64Encode('hé') $util.base64Decode('aMOp')")).to.equal('aMOp hé')
    expect(render("#set($o = $util.parseJson($input.body))$o.n $o.deep['a b'][0]")).to.equal('7 10')
  })

  it('reads an empty body as {} and a form body as text', () => {
    expect(render("$input.body $input.json('$') $input.path('$')", '')).to.equal('{} {} {}')
    expect(render("$input.path('$').split('&').get(1)", 'a=1&b=2')).to.equal('b=2')
  })

  it('answers 400 when a body that is no JSON is read as JSON', () => {
    expect(() => render("$input.json('$')", '{oops')).to.throw(/Could not parse request body into json/)
  })

  it('does not run what callers send', () => {
    expect(render("$input.json('$.x')", '{"x":"$context.requestId #set($y = 1)"}')).to.equal(
      '"$context.requestId #set($y = 1)"',
    )
  })
})
