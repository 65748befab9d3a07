import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { multipartEtag } from '../../../../../../local/services/s3/multipart/multipart-etag.ts'

describe('The ETag of a multipart object', () => {
  it('is the MD5 over the binary MD5s of the parts and their number', () => {
    const md5s = ['one', 'two'].map((text) => createHash('md5').update(text).digest())
    const expected = `${createHash('md5').update(Buffer.concat(md5s)).digest('hex')}-2`
    expect(multipartEtag(md5s.map((md5) => md5.toString('hex')))).to.equal(expected)
  })
})
