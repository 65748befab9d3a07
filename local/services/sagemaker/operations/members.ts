import { list, number, oneOf, required, structure, text } from '../../states/wire/shapes.ts'

/** Members that several operations share, with the limits of AWS's service model. */
export const resourceName = text({
  max: 63,
  pattern: '[a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?',
  matcher: /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/,
})

export const roleArn = text({
  min: 20,
  max: 2048,
  pattern: 'arn:aws[a-z\\-]*:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+',
  matcher: /^arn:aws[a-z-]*:iam::\d{12}:role\/?[\w+=,.@\-/]+$/,
})

export const s3Uri = text({
  max: 1024,
  pattern: '(https|s3)://([^/]+)/?(.*)',
  matcher: /^(https|s3):\/\/([^/]+)\/?(.*)$/,
})

export const topicArn = text({
  max: 2048,
  pattern: 'arn:aws[a-z\\-]*:sns:[a-z0-9\\-]*:[0-9]{12}:[a-zA-Z0-9_.-]+',
  matcher: /^arn:aws[a-z-]*:sns:[a-z0-9-]*:[0-9]{12}:[\w.-]+$/,
})

export const tags = list(
  structure({ Key: required(text({ min: 1, max: 128 })), Value: required(text({ max: 256 })) }),
  { max: 50 },
)

export const startupTimeout = number({ min: 60, max: 3600 })

const sortOrder = oneOf('Ascending', 'Descending')

/** What every List operation takes. */
export const listing = {
  NextToken: text({ max: 8192 }),
  MaxResults: number({ min: 1, max: 100 }),
  NameContains: text({ max: 63, pattern: '[a-zA-Z0-9\\-]+', matcher: /^[a-zA-Z0-9-]+$/ }),
  CreationTimeBefore: number(),
  CreationTimeAfter: number(),
  SortOrder: sortOrder,
}
