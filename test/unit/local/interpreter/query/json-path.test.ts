import { expect } from 'chai'
import type { Json } from '../../../../../local/interpreter/contract.ts'
import { compilePath, PathNotFound } from '../../../../../local/interpreter/query/json-path.ts'
import { PathSyntaxError } from '../../../../../local/interpreter/query/json-path-parse.ts'
import { scopeWith } from '../../../../support/interpreter-scope.ts'

const store = {
  books: [
    { title: 'A', price: 8, tags: ['x', 'y'], used: true, maker: { name: 'Ann' } },
    { title: 'B', price: 12, tags: [], used: false, maker: null },
    { title: 'C', price: 20, tags: ['y'], maker: { name: 'Cy' } },
  ],
  'odd key': { "it's": 1, 'a"b': 2 },
  limit: 10,
  text: 'hello',
  'back\\slash': 7,
  'odd\\nkey': 8,
  numbers: [3, 1, 2],
  empty: {},
}

const read = (path: string, data: Json = store): Json =>
  compilePath(path).read(
    scopeWith(data, { variables: { v: { list: [1, 2, 3] } }, context: { Execution: { Name: 'run' } } }),
  )

describe('JSONPath', () => {
  const found: readonly (readonly [path: string, value: Json])[] = [
    ['$.limit', 10],
    ["$['odd key']['it\\'s']", 1],
    ['$["odd key"][\'a"b\']', 2],
    ['$.books[1].title', 'B'],
    ['$.books[-1].title', 'C'],
    ["$.['limit']", 10],
    ["$['back\\\\slash']", 7],
    ["$['odd\\nkey']", 8],
    ['$.books[0:9][-1]', []],
    ['$..tags[-1]', ['y', 'y']],
    ['$.books[*].price', [8, 12, 20]],
    ['$.books[0,2].title', ['A', 'C']],
    ['$.books[0, 9].title', ['A']],
    ['$.books[1:].title', ['B', 'C']],
    ['$.books[:1].title', ['A']],
    ['$.books[-2:].title', ['B', 'C']],
    ['$.limit[1:]', []],
    ['$.limit.*', []],
    ['$.empty.*', []],
    ["$.books[0]['title','price']", { title: 'A', price: 8 }],
    ["$.books[*]['title','nope']", [{ title: 'A' }, { title: 'B' }, { title: 'C' }]],
    ['$..name', ['Ann', 'Cy']],
    ["$..['name']", ['Ann', 'Cy']],
    ['$.books..[0]', [{ title: 'A', price: 8, tags: ['x', 'y'], used: true, maker: { name: 'Ann' } }, 'x', 'y']],
    ['$..books[0].title', ['A']],
    ['$.books[*].nope', []],
    ['$.nope[*]', []],
    ['$.books.length()', 3],
    ['$.text.length()', 5],
    ['$.empty.length()', 0],
    ['$.limit.length()', null],
    ['$.books[*].length()', 3],
    ['$.numbers.min()', 1],
    ['$.numbers.max()', 3],
    ['$.numbers.sum()', 6],
    ['$.numbers.avg()', 2],
    ['$.numbers.stddev()', Math.sqrt(2 / 3)],
    ['$.numbers.first()', 3],
    ['$.numbers.last()', 2],
    ['$.books[1].tags.first()', null],
    ['$.books[1].tags.last()', null],
    ['$.text.first()', null],
    ['$.text.last()', null],
    ['$.text.sum()', 0],
    ['$.empty.keys()', []],
    ['$.numbers.keys()', []],
    ['$..numbers.length()', 1],
    ['$$.Execution.Name', 'run'],
    ['$v.list[1]', 2],
    ['$v.list[*]', [1, 2, 3]],
  ]
  for (const [path, value] of found) {
    it(`reads ${path}`, () => expect(read(path)).to.deep.equal(value))
  }

  const filtered: readonly (readonly [filter: string, titles: string])[] = [
    ['@.price < 12', 'A'],
    ['@.price <= 12', 'AB'],
    ['@.price > 12', 'C'],
    ['@.price >= 12', 'BC'],
    ['@.price == 12', 'B'],
    ['@.price === 12', 'B'],
    ['@.price != 12', 'AC'],
    ['@.price !== 12', 'AC'],
    ["@.title > 'A'", 'BC'],
    ["@.price > 'A'", ''],
    ['@.price < $.limit', 'A'],
    ['@.used', 'AB'],
    ['!@.used', 'C'],
    ['!(@.used || @.price > 12)', ''],
    ['@.used == true', 'A'],
    ['@.used == false', 'B'],
    ['@.maker == null', 'B'],
    ['@.nope == null', ''],
    ["@.title == 'A' || @.title == 'C'", 'AC'],
    ["(@.price > 8 && @.price < 20) || @.title == 'A'", 'AB'],
    ["@.title in ['A', 'C']", 'AC'],
    ["@.title nin ['A']", 'BC'],
    ["@.title in 'A'", ''],
    ['@.title in []', ''],
    ['@.title =~ /[ab]/i', 'AB'],
    ['@.title =~ /a/', ''],
    ['@.price =~ /8/', ''],
    ["@.tags subsetof ['x', 'y']", 'ABC'],
    ["@.title subsetof ['x']", ''],
    ["@.tags anyof ['x']", 'A'],
    ["@.title anyof ['A']", ''],
    ["@.tags noneof ['x']", 'BC'],
    ['@.tags size 2', 'A'],
    ["@.tags size 'z'", 'C'],
    ['@.price size 2', ''],
    ['@.tags empty true', 'B'],
    ['@.tags empty false', 'AC'],
    ["@.tags contains 'x'", 'A'],
    ["@.title contains 'B'", 'B'],
    ["'x' in @.tags[*]", 'A'],
    ['@.tags.length() == 1', 'C'],
    ['@.price == -1', ''],
  ]
  for (const [filter, titles] of filtered) {
    it(`filters by ${filter}`, () =>
      expect((read(`$.books[?(${filter})].title`) as string[]).join('')).to.equal(titles))
  }

  it('filters a single object as a list of one', () =>
    expect(read('$.odd[?(@.a == 1)]', { odd: { a: 1 } })).to.deep.equal([{ a: 1 }]))

  const lost: readonly (readonly [path: string, message: string | RegExp])[] = [
    ['$.a', "No results for path: $['a']"],
    ['$.a.b', "Missing property in path $['a']"],
    ['$.books[7]', "Index out of bounds when evaluating path $['books'][7]"],
    ['$.limit[0]', 'Filter: [0] can only be applied to arrays. Current context is: 10'],
    ['$.text.a', /in path \$\['text'\] but found 'java.lang.String'/],
    ['$.limit.a', /'java.lang.Integer'/],
    ['$.half.a', /'java.lang.Double'/],
    ['$.yes.a', /'java.lang.Boolean'/],
    ['$.nothing.a', /'null'/],
    ['$.books.a', /ArrayNode/],
    ['$nope', "No results for path: $['nope']"],
    ['$.nope.length()', "Missing property in path $['nope']"],
    ["$.nope['a','b']", "Missing property in path $['nope']"],
  ]
  for (const [path, message] of lost) {
    it(`says where ${path} ends`, () => {
      expect(() => read(path, { ...store, half: 0.5, yes: true, nothing: null })).to.throw(PathNotFound, message)
    })
  }

  for (const path of [
    '',
    'a',
    '$.',
    '$.a.',
    '$[',
    '$[a]',
    "$['a",
    '$.a b',
    '$[?]',
    '$[?(@.a',
    '$[?(@.a ==)]',
    '$[?(@.a =~ /(/)]',
    '$[?(@.a == /x)]',
    '$[?(@.a in [1)]',
    '$[1,]',
    '$[?((@.a)]',
    '$[?((@.a',
    '$[?(@.a ==',
    '$[?(',
    "$['a',b]",
    '$[1',
    '$[*',
  ]) {
    it(`refuses ${path || 'nothing'}`, () =>
      expect(() => compilePath(path)).to.throw(PathSyntaxError, 'Could not parse the path'))
  }

  it('knows definite paths', () => {
    expect(['$.a[0]', '$.a.length()', '$..a', '$[*]'].map((path) => compilePath(path).definite)).to.deep.equal([
      true,
      true,
      false,
      false,
    ])
  })
})
