package main

import "testing"

func TestIsProgram(t *testing.T) {
	for _, test := range []struct {
		command, name string
		is            bool
	}{
		{"/bin/kube apiserver --port", "apiserver", true},
		{"/usr/bin/containerd --config x", "containerd", true},
		{"/usr/bin/containerd-shim-runc-v2 -id x", "containerd", false},
		{"/bin/sh apiserver", "apiserver", false},
		{"", "apiserver", false},
	} {
		if isProgram(test.command, test.name) != test.is {
			t.Errorf("isProgram(%q, %q) is not %v", test.command, test.name, test.is)
		}
	}
}
