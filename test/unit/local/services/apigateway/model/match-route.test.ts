import { expect } from 'chai'
import type { ApiMethod, ApiResource } from '../../../../../../local/services/apigateway/model/api-model.ts'
import { matchRoute } from '../../../../../../local/services/apigateway/model/match-route.ts'

function node(pathPart: string, verbs: string[], children: ApiResource[] = []): ApiResource {
  const methods = new Map(verbs.map((verb) => [verb, { httpMethod: verb } as ApiMethod]))
  return { id: pathPart, path: pathPart, pathPart, children, methods }
}

const ROOT = node(
  '',
  [],
  [
    node('merges', ['GET', 'POST'], [node('{id}', ['GET'], [node('parts', ['GET'])]), node('latest', ['GET'])]),
    node('files', [], [node('{proxy+}', ['ANY'])]),
    node('a', [], [node('b', [], [node('c', ['GET'])]), node('{x}', [], [node('d', ['GET'])])]),
  ],
)

const CASES: [verb: string, path: string, found: string | undefined, parameters: Record<string, string>][] = [
  ['GET', '/merges', 'merges GET', {}],
  ['GET', '/merges/', 'merges GET', {}],
  ['GET', '/merges/m%201', '{id} GET', { id: 'm 1' }],
  ['GET', '/merges/%zz', '{id} GET', { id: '%zz' }],
  ['GET', '/merges/latest', 'latest GET', {}],
  ['GET', '/merges/m1/parts', 'parts GET', { id: 'm1' }],
  ['GET', '/a/b/d', 'd GET', { x: 'b' }],
  ['GET', '/a/b/c', 'c GET', {}],
  ['PATCH', '/files/x/y.png', '{proxy+} ANY', { proxy: 'x/y.png' }],
  ['GET', '/files', undefined, {}],
  ['DELETE', '/merges', undefined, {}],
  ['DELETE', '/merges/latest', undefined, {}],
  ['GET', '/', undefined, {}],
  ['GET', '/merges//parts', undefined, {}],
  ['GET', '/MERGES', undefined, {}],
]

describe('matchRoute', () => {
  for (const [verb, path, found, parameters] of CASES) {
    it(`takes ${verb} ${path} to ${found ?? 'nothing'}`, () => {
      const match = matchRoute(ROOT, verb, path)
      expect(match && `${match.resource.pathPart} ${match.method.httpMethod}`).to.equal(found)
      if (match) expect(match.pathParameters).to.deep.equal(parameters)
    })
  }
})
