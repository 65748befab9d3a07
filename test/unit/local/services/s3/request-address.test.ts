import { expect } from 'chai'
import { parseAddress, parseCopySource } from '../../../../../local/services/s3/request-address.ts'

const address = (target: string, host: string) => {
  const { bucket, key } = parseAddress(target, host)
  return [bucket, key]
}

describe('The address of a request', () => {
  const cases: [string, string, [string, string]][] = [
    ['/', '127.0.0.1', ['', '']],
    ['/bucket', '127.0.0.1:4566', ['bucket', '']],
    ['/bucket/', 'localhost:4566', ['bucket', '']],
    ['/bucket/a/b?x=1', 'localhost', ['bucket', 'a/b']],
    ['/bucket/a', 's3.localhost', ['bucket', 'a']],
    ['/bucket/a', 's3.us-east-1.amazonaws.com', ['bucket', 'a']],
    ['/a/b', 'bucket.localhost:4566', ['bucket', 'a/b']],
    ['/a/b', 'bucket.s3.localhost:4566', ['bucket', 'a/b']],
    ['/a', 'my.bucket.s3.us-east-1.amazonaws.com', ['my.bucket', 'a']],
    ['/', 'bucket.localhost', ['bucket', '']],
    ['/bucket/a/../b/./c', '127.0.0.1', ['bucket', 'a/../b/./c']],
    ['/bucket/%2e%2e/x%20y+z', '127.0.0.1', ['bucket', '../x y+z']],
    ['/bucket//a', '127.0.0.1', ['bucket', '/a']],
  ]
  for (const [target, host, expected] of cases) {
    it(`${target} at ${host} is ${JSON.stringify(expected)}`, () => {
      expect(address(target, host)).to.deep.equal(expected)
    })
  }

  it('is refused when it is not percent-encoded UTF-8', () => {
    expect(() => address('/bucket/%ff', 'localhost'))
      .to.throw()
      .with.property('code', 'InvalidURI')
  })

  it('is refused with a key longer than 1024 bytes', () => {
    expect(() => address(`/bucket/${'%C3%A9'.repeat(513)}`, 'localhost'))
      .to.throw()
      .with.property('code', 'KeyTooLongError')
  })
})

describe('The source of a copy', () => {
  for (const header of ['bucket/a%20b', '/bucket/a%20b', 'bucket/a%20b?versionId=null']) {
    it(`is read from ${header}`, () => {
      expect(parseCopySource(header)).to.deep.equal({ bucket: 'bucket', key: 'a b' })
    })
  }

  it('must name a key', () => {
    expect(() => parseCopySource('/bucket'))
      .to.throw()
      .with.property('code', 'InvalidArgument')
  })
})
