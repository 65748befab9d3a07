import { expect } from 'chai'
import { readCsv } from '../../../../local/integrations/csv.ts'

const firstRow = { headerLocation: 'FIRST_ROW', headers: undefined, delimiter: undefined }

describe('CSV files as items', () => {
  it('have a field per header, empty where the row is short', () => {
    expect(readCsv('name,size\ncat,1\ndog\n', firstRow)).to.deep.equal([
      { name: 'cat', size: '1' },
      { name: 'dog', size: '' },
    ])
  })

  it('may quote delimiters, line ends and quotes', () => {
    expect(readCsv('a,b\r\n"1,2","x ""y""\nz"', firstRow)).to.deep.equal([{ a: '1,2', b: 'x "y"\nz' }])
  })

  it('skip empty lines and a byte order mark', () => {
    expect(readCsv('\ufeffa\n\n1\n\n', firstRow)).to.deep.equal([{ a: '1' }])
  })

  it('may have their headers given and another delimiter', () => {
    const given = { headerLocation: 'GIVEN', headers: ['a', 'b'], delimiter: 'PIPE' }
    expect(readCsv('1|2\n3|4', given)).to.deep.equal([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ])
  })

  it('are refused with the same header twice', () => {
    expect(() => readCsv('a,a\n1,2', firstRow))
      .to.throw('CSV headers cannot contain duplicates.')
      .with.property('error', 'States.ItemReaderFailed')
  })
})
