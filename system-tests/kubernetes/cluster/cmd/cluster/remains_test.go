package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Each test starts a cluster with a running pod, ends it in one way, and compares the machine with its state before. They
// need root and the programs in WHETSTONE_CLUSTER_BIN ('./whetstone cluster build'), and no other cluster.

func TestNothingRemainsAfterAnInterrupt(t *testing.T) {
	c := startCluster(t)
	c.runPod()
	c.signal(syscall.SIGINT)
	c.awaitEnd()
	c.expectNothingLeft()
}

func TestNothingRemainsAfterAnInterruptDuringTheStart(t *testing.T) {
	c := newCluster(t)
	c.start()
	c.await("the API server", func() bool { return strings.Contains(c.output.String(), "API server ready") })
	c.signal(syscall.SIGINT)
	c.awaitEnd()
	c.expectNothingLeft()
}

func TestNothingRemainsAfterTheStarterWasKilled(t *testing.T) {
	c := startCluster(t)
	c.runPod()
	c.signal(syscall.SIGKILL)
	c.awaitEnd()
	c.cluster("down", "--dir", c.dir)
	c.expectNothingLeft()
}

func TestNothingRemainsAfterTheFirstProcessInsideWasKilled(t *testing.T) {
	c := startCluster(t)
	c.runPod()
	c.cluster("kill", "--dir", c.dir, insideCommand)
	c.awaitEnd()
	c.expectNothingLeft()
}

func TestNothingRemainsAfterEachProgramWasKilled(t *testing.T) {
	c := startCluster(t)
	c.runPod()
	for _, program := range []string{"kubelet", "proxy", "dns", "policies", "containerd", "scheduler", "controller-manager", "apiserver", "etcd"} {
		c.cluster("kill", "--dir", c.dir, program)
		c.await(program+" to be started again", func() bool {
			return strings.Contains(c.output.String(), program+" ended (signal: killed)") && c.status(program)
		})
	}
	c.await("the node", func() bool {
		return c.kubectl("wait", "--for=condition=Ready", "node/"+nodeName, "--timeout=5s") == nil
	})
	c.await("the pod", func() bool { return c.kubectl("wait", "--for=condition=Ready", "pod/probe", "--timeout=5s") == nil })
	c.cluster("down", "--dir", c.dir)
	c.awaitEnd()
	c.expectNothingLeft()
}

func TestNothingRemainsAfterItsOwnerEnded(t *testing.T) {
	owner := exec.Command("sleep", "600")
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	c := newCluster(t)
	c.start("--owner", fmt.Sprint(owner.Process.Pid))
	c.awaitReady()
	_ = owner.Process.Kill()
	_ = owner.Wait()
	c.awaitEnd()
	c.expectNothingLeft()
}

func TestAForwardEndsWithTheCluster(t *testing.T) {
	c := startCluster(t)
	var forwards []*exec.Cmd
	for _, args := range [][]string{{"publish", "--dir", c.dir, "6445", "10.96.0.10:53"}, {"expose", "--dir", c.dir, "6446"}} {
		forward := exec.Command(c.program(), args...)
		forward.Stdout, forward.Stderr = c.output, c.output
		if err := forward.Start(); err != nil {
			t.Fatal(err)
		}
		forwards = append(forwards, forward)
	}
	c.await("the forwards", func() bool {
		return strings.Contains(c.output.String(), "is at 127.0.0.1:6445") && strings.Contains(c.output.String(), "pods reach 127.0.0.1:6446")
	})
	c.cluster("kill", "--dir", c.dir, insideCommand)
	c.awaitEnd()
	for _, forward := range forwards {
		ended := make(chan error, 1)
		go func() { ended <- forward.Wait() }()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("%v: %v", forward.Args, err)
			}
		case <-time.After(10 * time.Second):
			_ = forward.Process.Kill()
			t.Errorf("%v goes on after the end of the cluster", forward.Args)
		}
	}
	c.expectNothingLeft()
}

func TestASecondClusterIsRefused(t *testing.T) {
	c := startCluster(t)
	second := exec.Command(c.program(), "up", "--dir", t.TempDir(), "--bin", c.bin, "--port", "6444")
	output, err := second.CombinedOutput()
	if err == nil || !strings.Contains(string(output), "another cluster runs on this machine") {
		t.Fatalf("the second cluster was not refused: %v: %s", err, output)
	}
	c.cluster("status", "--dir", c.dir)
	c.signal(syscall.SIGTERM)
	c.awaitEnd()
	c.expectNothingLeft()
}

const testLimit = 3 * time.Minute

type testCluster struct {
	t        *testing.T
	bin, dir string
	before   string
	command  *exec.Cmd
	output   *lockedBuffer
	ended    chan error
}

func newCluster(t *testing.T) *testCluster {
	bin := os.Getenv("WHETSTONE_CLUSTER_BIN")
	if bin == "" || os.Geteuid() != 0 {
		t.Skip("needs root, and WHETSTONE_CLUSTER_BIN with the programs of the cluster")
	}
	c := &testCluster{t: t, bin: bin, dir: filepath.Join(t.TempDir(), "cluster"), output: &lockedBuffer{}}
	c.before = filepath.Join(t.TempDir(), "before.json")
	c.cluster("snapshot", c.before)
	t.Cleanup(func() {
		if c.command != nil && c.command.ProcessState == nil {
			_ = c.command.Process.Signal(syscall.SIGTERM)
			<-c.ended
		}
	})
	return c
}

func startCluster(t *testing.T) *testCluster {
	c := newCluster(t)
	c.start("--enforce-policies", "--resource", "nvidia.com/gpu=2")
	c.awaitReady()
	return c
}

func (c *testCluster) program() string { return filepath.Join(c.bin, "cluster") }

func (c *testCluster) start(args ...string) {
	c.command = exec.Command(c.program(), append([]string{"up", "--dir", c.dir, "--bin", c.bin}, args...)...)
	c.command.Stdout, c.command.Stderr = c.output, c.output
	c.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.command.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.ended = make(chan error, 1)
	go func() { c.ended <- c.command.Wait(); close(c.ended) }()
}

func (c *testCluster) awaitReady() {
	c.await(readyLine, func() bool { return strings.Contains(c.output.String(), readyLine+" in") })
}

func (c *testCluster) await(what string, done func() bool) {
	c.t.Helper()
	for end := time.Now().Add(testLimit); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if done() {
			return
		}
		select {
		case err := <-c.ended:
			c.t.Fatalf("the cluster ended (%v) while the test waited for %s:\n%s", err, what, c.output)
		default:
		}
	}
	c.t.Fatalf("waited %s for %s:\n%s", testLimit, what, c.output)
}

func (c *testCluster) awaitEnd() {
	c.t.Helper()
	select {
	case <-c.ended:
	case <-time.After(testLimit):
		c.t.Fatalf("the cluster still ran after %s:\n%s", testLimit, c.output)
	}
}

func (c *testCluster) signal(signal syscall.Signal) {
	if err := c.command.Process.Signal(signal); err != nil {
		c.t.Fatal(err)
	}
}

func (c *testCluster) cluster(args ...string) {
	c.t.Helper()
	if output, err := exec.Command(c.program(), args...).CombinedOutput(); err != nil {
		c.t.Fatalf("cluster %v: %v: %s", args, err, output)
	}
}

func (c *testCluster) status(program string) bool {
	output, err := exec.Command(c.program(), "status", "--dir", c.dir).Output()
	return err == nil && strings.Contains(string(output), program)
}

func (c *testCluster) kubectl(args ...string) error {
	command := exec.Command(filepath.Join(c.bin, "kubectl"), args...)
	command.Env = append(os.Environ(), "KUBECONFIG="+layout{c.dir}.kubeconfig("admin"))
	return command.Run()
}

// runPod leaves a pod with its mounts, interface and processes for the end of the cluster to remove.
func (c *testCluster) runPod() {
	c.t.Helper()
	c.cluster("load", "--dir", c.dir, filepath.Join(c.bin, "probe.tar"))
	err := c.kubectl("run", "probe", "--image=whetstone.test/probe:1", "--image-pull-policy=Never", "--", "serve", "8080", "hello")
	if err != nil {
		c.t.Fatal(err)
	}
	c.await("the pod", func() bool { return c.kubectl("wait", "--for=condition=Ready", "pod/probe", "--timeout=5s") == nil })
}

func (c *testCluster) expectNothingLeft() {
	c.t.Helper()
	output, err := exec.Command(c.program(), "compare", c.before).CombinedOutput()
	c.t.Log(string(output))
	if err != nil {
		c.t.Fatalf("something was left behind: %v", err)
	}
	if remains := insideState(c.dir); len(remains) > 0 {
		c.t.Fatalf("the cluster's folder still holds %v", remains)
	}
}

func insideState(dir string) []string {
	return names(filepath.Join(dir, "state"), filepath.Join(dir, "pki"), filepath.Join(dir, "*.kubeconfig"))
}

// lockedBuffer is written by the process's output and read by the test.
type lockedBuffer struct {
	lock   sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.buffer.String()
}
