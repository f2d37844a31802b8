package main

import "testing"

func TestWithout(t *testing.T) {
	left := without([]string{"a", "b", "c"}, []string{"b"})
	if len(left) != 2 || left[0] != "a" || left[1] != "c" {
		t.Errorf("left: %v", left)
	}
}
