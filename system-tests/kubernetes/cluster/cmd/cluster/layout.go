package main

import "path/filepath"

// Addresses are fixed: they exist in the cluster's own network namespace only.
const (
	gateway     = "10.244.0.1"
	podNetwork  = "10.244.0.0/24"
	services    = "10.96.0.0/16"
	apiService  = "10.96.0.1"
	apiPort     = 6443
	nodeName    = "node-1"
	cgroupName  = "whetstone-cluster"
	pauseImage  = "whetstone.test/pause:1"
	policyQueue = 100
)

// layout names the files of a cluster below its folder.
type layout struct{ dir string }

func (l layout) path(parts ...string) string {
	return filepath.Join(append([]string{l.dir}, parts...)...)
}
func (l layout) log(program string) string { return l.path("log", program+".log") }
func (l layout) key(name string) string    { return l.path("pki", name) }
func (l layout) pid() string               { return l.path("inside.pid") }
func (l layout) snapshot() string          { return l.path("before.json") }
func (l layout) kubeconfig(user string) string {
	return l.path(user + ".kubeconfig")
}
