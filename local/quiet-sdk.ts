// Import this before the first client is made. What the SDK has to say about the laptop's Node.js would stand in the middle of our own output;
// the engines field of package.json says what runs.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
