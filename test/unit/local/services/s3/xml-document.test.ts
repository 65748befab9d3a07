import { expect } from 'chai'
import { childText, childTrees, readXml, writeXml } from '../../../../../local/services/s3/xml-document.ts'

describe('XML documents', () => {
  it('bring every character of a key back', () => {
    const key = ' a&b<c>"d"\'e\r\n\u{1F600} '
    const document = writeXml('Delete', { Object: [{ Key: key }, { Key: 'second' }] })
    const keys = childTrees(readXml(document, 'Delete'), 'Object').map((tree) => childText(tree, 'Key'))
    expect(keys).to.deep.equal([key, 'second'])
  })

  it('leave out what is undefined and keep what is empty', () => {
    expect(writeXml('A', { B: undefined, C: '', D: [] })).to.match(/<A xmlns="[^"]*"><C\/><\/A>$/)
  })

  it('are read with one child as with several', () => {
    expect(childTrees(readXml('<A><B><C>1</C></B></A>', 'A'), 'B')).to.have.length(1)
    expect(childTrees(readXml('<A/>', 'A'), 'B')).to.have.length(0)
  })

  it('are read with the ten thousand parts a completion may name', () => {
    const part = (number: number): string =>
      `<Part><ETag>&quot;0123456789abcdef&quot;</ETag><PartNumber>${number}</PartNumber></Part>`
    const document = `<C>${Array.from({ length: 10_000 }, (_, at) => part(at + 1)).join('')}</C>`
    const parts = childTrees(readXml(document, 'C'), 'Part')
    expect(parts).to.have.length(10_000)
    expect(childText(parts.at(-1)!, 'ETag')).to.equal('"0123456789abcdef"')
  })

  for (const bad of ['', '<A>', 'nonsense', '<B/>', '<!DOCTYPE A [<!ENTITY x "y">]><A>&x;</A>']) {
    it(`are refused as ${JSON.stringify(bad)}`, () => {
      expect(() => readXml(bad, 'A'))
        .to.throw()
        .with.property('code', 'MalformedXML')
    })
  }
})
