// Writes the SDKs of a Pulumi schema: `sdks FOLDER LANGUAGE…`, the schema on standard input; one folder a language.
package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "pulumi-8x8"

func generate(language string, pkg *schema.Package) (map[string][]byte, error) {
	switch language {
	case "go":
		return gen.GeneratePackage(tool, pkg, nil)
	case "nodejs":
		return nodejs.GeneratePackage(tool, pkg, nil, nil, false, nil)
	default:
		return python.GeneratePackage(tool, pkg, nil, nil)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	var spec schema.PackageSpec
	check(json.NewDecoder(os.Stdin).Decode(&spec))
	for _, language := range os.Args[2:] {
		// Generating changes the package: each language has its own.
		pkg, err := schema.ImportSpec(spec, nil, schema.NewNullLoader(), schema.ValidationOptions{})
		check(err)
		files, err := generate(language, pkg)
		check(err)
		for name, content := range files {
			path := filepath.Join(os.Args[1], language, name)
			check(os.MkdirAll(filepath.Dir(path), 0o755))
			check(os.WriteFile(path, content, 0o644))
		}
	}
}
