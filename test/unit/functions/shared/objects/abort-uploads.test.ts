import { expect } from 'chai'
import sinon from 'sinon'
import { s3 } from '../../../../../functions/shared/aws/s3.ts'
import { abortUploads } from '../../../../../functions/shared/objects/abort-uploads.ts'
import { deleteKeys, deleteObjects } from '../../../../../functions/shared/objects/delete-objects.ts'

// biome-ignore lint/suspicious/noExplicitAny: inputs are looked into field by field
type Command = { constructor: { name: string }; input: Record<string, any> }

describe('Removing what lies under a prefix', () => {
  let send: sinon.SinonStub

  beforeEach(() => {
    send = sinon.stub(s3, 'send')
  })
  afterEach(() => sinon.restore())

  const inputs = (name: string) =>
    send.args.map(([command]) => command as Command).flatMap((c) => (c.constructor.name === name ? [c.input] : []))

  it('aborts the open uploads of every page', async () => {
    send.callsFake(async (command: Command) => {
      if (command.constructor.name !== 'ListMultipartUploadsCommand') return {}
      if (command.input.KeyMarker) return { Uploads: [{ Key: 'p/b', UploadId: '2' }], IsTruncated: false }
      const Uploads = [{ Key: 'p/a', UploadId: '1' }]
      return { Uploads, IsTruncated: true, NextKeyMarker: 'p/a', NextUploadIdMarker: '1' }
    })
    await abortUploads('bucket', 'p/')
    expect(inputs('AbortMultipartUploadCommand').map(({ Key, UploadId }) => [Key, UploadId])).to.deep.equal([
      ['p/a', '1'],
      ['p/b', '2'],
    ])
    expect(inputs('ListMultipartUploadsCommand')[1]).to.include({ KeyMarker: 'p/a', UploadIdMarker: '1', Prefix: 'p/' })
  })

  it('goes on when an upload was completed or aborted since, and stops when S3 refuses', async () => {
    const failing = (name: string) =>
      send.callsFake(async (command: Command) => {
        if (command.constructor.name === 'ListMultipartUploadsCommand')
          return { Uploads: [{ Key: 'p/a', UploadId: '1' }] }
        throw Object.assign(new Error('why'), { name })
      })
    failing('NoSuchUpload')
    await abortUploads('bucket', 'p/')
    failing('AccessDenied')
    const failure = await abortUploads('bucket', 'p/').catch((error: Error) => error.name)
    expect(failure).to.equal('AccessDenied')
  })

  it('deletes the objects of every page', async () => {
    send.callsFake(async (command: Command) => {
      if (command.constructor.name !== 'ListObjectsV2Command') return {}
      if (command.input.ContinuationToken) return { Contents: [{ Key: 'p/b' }] }
      return { Contents: [{ Key: 'p/a' }], IsTruncated: true, NextContinuationToken: 'more' }
    })
    await deleteObjects('bucket', 'p/')
    const deleted = inputs('DeleteObjectsCommand').map(({ Delete }) => Delete.Objects)
    expect(deleted).to.deep.equal([[{ Key: 'p/a' }], [{ Key: 'p/b' }]])
  })

  it('fails when S3 keeps an object, and asks nothing of S3 for no objects', async () => {
    send.resolves({ Errors: [{ Key: 'p/a', Code: 'InternalError', Message: 'why' }] })
    const failure = await deleteKeys('bucket', ['p/a']).catch((error: Error) => `${error.name}: ${error.message}`)
    expect(failure).to.equal('TransientError: S3 did not delete p/a: InternalError why')
    send.resetHistory()
    await deleteKeys('bucket', [])
    expect(send.callCount).to.equal(0)
  })
})
