// Writes the SDK for .NET of the Pulumi schema on standard input into a folder: `dotnet FOLDER`.
//
// Its generator has left github.com/pulumi/pulumi: this is the newest version there that was tried and has it.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/dotnet"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	var spec schema.PackageSpec
	check(json.NewDecoder(os.Stdin).Decode(&spec))
	// The generator downloads a logo.
	http.DefaultTransport.(*http.Transport).RegisterProtocol("file", http.NewFileTransport(http.Dir("/")))
	spec.LogoURL = "file:///dev/null"
	pkg, err := schema.ImportSpec(spec, nil, schema.ValidationOptions{})
	check(err)
	files, err := dotnet.GeneratePackage("tools/sdks", pkg, nil, nil)
	check(err)
	for name, content := range files {
		path := filepath.Join(os.Args[1], "dotnet", name)
		check(os.MkdirAll(filepath.Dir(path), 0o755))
		check(os.WriteFile(path, content, 0o644))
	}
}
