package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// writeImage writes an image of files without a base: static programs need none.
func writeImage(args []string) error {
	if len(args) < 2 {
		return errors.New("image takes an archive, a name and files")
	}
	flags := flag.NewFlagSet("image", flag.ContinueOnError)
	user := flags.String("user", "65532", "user of the container")
	if err := flags.Parse(args[2:]); err != nil {
		return err
	}
	files := flags.Args()
	if len(files) == 0 {
		return errors.New("name the files of the image; the first is the entry point")
	}
	layer, err := layerOf(files)
	if err != nil {
		return err
	}
	config, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH, "os": "linux",
		"config": map[string]any{"Entrypoint": []string{"/" + filepath.Base(files[0])}, "User": *user},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + digest(layer)}},
	})
	if err != nil {
		return err
	}
	configName, layerName := digest(config)+".json", digest(layer)+"/layer.tar"
	manifest, err := json.Marshal([]map[string]any{
		{"Config": configName, "RepoTags": []string{args[1]}, "Layers": []string{layerName}}})
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	writer := tar.NewWriter(&archive)
	for _, part := range []struct {
		name    string
		content []byte
	}{{configName, config}, {layerName, layer}, {"manifest.json", manifest}} {
		if err := addFile(writer, part.name, part.content, 0o644); err != nil {
			return err
		}
	}
	if err := writer.Close(); err != nil {
		return err
	}
	return os.WriteFile(args[0], archive.Bytes(), 0o644)
}

func layerOf(files []string) ([]byte, error) {
	var layer bytes.Buffer
	writer := tar.NewWriter(&layer)
	temporary := &tar.Header{Typeflag: tar.TypeDir, Name: "tmp/", Mode: 0o1777}
	if err := writer.WriteHeader(temporary); err != nil {
		return nil, err
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := addFile(writer, filepath.Base(file), content, 0o755); err != nil {
			return nil, err
		}
	}
	err := writer.Close()
	return layer.Bytes(), err
}

func addFile(writer *tar.Writer, name string, content []byte, mode int64) error {
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(content)), Mode: mode}
	if err := writer.WriteHeader(header); err != nil {
		return fmt.Errorf("adding %s: %w", name, err)
	}
	_, err := writer.Write(content)
	return err
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
