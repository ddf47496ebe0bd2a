// Two scripts of this module start the Python SDK's programs and dynamic providers, so it has the version of
// `pulumi` in requirements.txt. The build does not import it: here its checksum is pinned, and the oldest Go to use,
// which is the one that it asks for.
module pulumi-8x8/engine/sdk

go 1.26.6

require github.com/pulumi/pulumi/sdk/v3 v3.272.0
