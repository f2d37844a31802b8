package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	restartDelay    = time.Second
	maxQuickExits   = 5
	quickExitWindow = time.Minute
)

// program is a part of the cluster that is started again whenever it ends, as an init system would.
type program struct {
	name    string
	command []string
	exits   []time.Time
}

type supervisor struct {
	layout layout
	failed chan error
	begin  time.Time
}

func supervise(o options) error {
	s := &supervisor{layout: layout{o.dir}, failed: make(chan error, 16), begin: time.Now()}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	if err := forwardAPI(o.port); err != nil {
		return err
	}
	started := make(chan error, 1)
	go func() { started <- s.start(o) }()
	for {
		select {
		case <-stop:
			return nil
		case err := <-s.failed:
			return err
		case err := <-started:
			if err != nil {
				return err
			}
			fmt.Printf("%s in %.1f s; KUBECONFIG=%s\n", readyLine, time.Since(s.begin).Seconds(), s.layout.kubeconfig("admin"))
		}
	}
}

func (s *supervisor) start(o options) error {
	programs := programsOf(s.layout, o)
	api, err := newAPIClient(s.layout, o.port)
	if err != nil {
		return err
	}
	for _, name := range []string{"etcd", "apiserver", "containerd"} {
		go s.keepRunning(programs[name])
	}
	if err := await("containerd", 30*time.Second, func() error { return run("ctr", "version") }); err != nil {
		return err
	}
	if err := run("ctr", "-n", "k8s.io", "images", "import", filepath.Join(o.bin, "pause.tar")); err != nil {
		return err
	}
	s.say("containerd")
	if err := await("kube-apiserver", 90*time.Second, api.ready); err != nil {
		return err
	}
	s.say("API server")
	for _, name := range []string{"controller-manager", "scheduler", "kubelet", "proxy", "dns"} {
		go s.keepRunning(programs[name])
	}
	if o.policies {
		if err := queueForPolicies(); err != nil {
			return err
		}
		go s.keepRunning(programs["policies"])
	}
	if err := await("node", 90*time.Second, api.nodeReady); err != nil {
		return err
	}
	s.say("node")
	if err := await("controller-manager", 60*time.Second, api.defaultServiceAccount); err != nil {
		return err
	}
	if o.resources != "" {
		if err := await("extended resource "+o.resources, 30*time.Second, func() error { return api.setResource(o.resources) }); err != nil {
			return err
		}
		// A restarted kubelet sets resources without a device plugin to zero.
		go func() {
			for range time.Tick(2 * time.Second) {
				_ = api.setResource(o.resources)
			}
		}()
	}
	return nil
}

func (s *supervisor) say(what string) {
	fmt.Printf("  %5.1f s  %s ready\n", time.Since(s.begin).Seconds(), what)
}

// await repeats a check until it succeeds or the limit is reached.
func await(what string, limit time.Duration, check func() error) error {
	end := time.Now().Add(limit)
	for {
		err := check()
		if err == nil {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("%s: not ready in %s: %w", what, limit, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// keepRunning starts a program again after every exit, until it exits too often in a short time.
func (s *supervisor) keepRunning(p *program) {
	for {
		log, err := os.OpenFile(s.layout.log(p.name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			s.failed <- err
			return
		}
		command := exec.Command(p.command[0], p.command[1:]...)
		command.Stdout, command.Stderr = log, log
		err = command.Run()
		log.Close()
		now := time.Now()
		p.exits = slices.DeleteFunc(append(p.exits, now), func(t time.Time) bool { return now.Sub(t) > quickExitWindow })
		if len(p.exits) > maxQuickExits {
			s.failed <- fmt.Errorf("%s ended %d times within %s (%v); the end of %s:\n%s", p.name, len(p.exits), quickExitWindow,
				err, s.layout.log(p.name), lastLines(s.layout.log(p.name), 15))
			return
		}
		fmt.Printf("  %5.1f s  %s ended (%v), starting it again\n", time.Since(s.begin).Seconds(), p.name, err)
		time.Sleep(restartDelay)
	}
}

func lastLines(path string, count int) string {
	lines := readLines(path)
	return strings.Join(lines[max(0, len(lines)-count):], "\n")
}

// queueForPolicies hands the first packets of every connection of a pod to the policy agent. Connections of the node
// itself (probes of the kubelet) and questions to the DNS server are exempt.
func queueForPolicies() error {
	const chain = "WHETSTONE-POLICY"
	rules := []string{
		"-N " + chain,
		"-A " + chain + " -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN",
		"-A " + chain + " -m owner --uid-owner 0 -j RETURN",
		"-A " + chain + " -p udp --dport 53 -j RETURN",
		fmt.Sprintf("-A %s -j NFQUEUE --queue-num %d --queue-bypass", chain, policyQueue),
		"-A POSTROUTING -s " + podNetwork + " -j " + chain,
		"-A POSTROUTING -d " + podNetwork + " ! -s " + podNetwork + " -j " + chain,
	}
	for _, rule := range rules {
		if err := run(append([]string{"iptables", "-w", "-t", "mangle"}, strings.Fields(rule)...)...); err != nil {
			return err
		}
	}
	return nil
}
