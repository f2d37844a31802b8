package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"time"
)

// A cluster lives for the duration of a test run.
const validity = 30 * 24 * time.Hour

type issuer struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// identity is a certificate of the cluster: a client's, a server's or both.
type identity struct {
	file, name string
	groups     []string
	dnsNames   []string
	addresses  []net.IP
	kubeconfig bool
}

func identities() []identity {
	return []identity{
		{file: "apiserver", name: "kube-apiserver",
			dnsNames: []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
				"kubernetes.default.svc.cluster.local"},
			addresses: []net.IP{net.IPv4(127, 0, 0, 1), net.ParseIP(gateway), net.ParseIP(apiService)}},
		{file: "admin", name: "admin", groups: []string{"system:masters"}, kubeconfig: true},
		{file: "controller-manager", name: "system:kube-controller-manager", kubeconfig: true},
		{file: "scheduler", name: "system:kube-scheduler", kubeconfig: true},
		{file: "kubelet", name: "system:node:" + nodeName, groups: []string{"system:nodes"}, kubeconfig: true},
		{file: "proxy", name: "system:kube-proxy", kubeconfig: true},
		{file: "kubelet-client", name: "apiserver-kubelet-client", groups: []string{"system:masters"}},
	}
}

// writeKeys creates all keys, certificates and kubeconfig files of a cluster.
func writeKeys(l layout, port int) error {
	authority, err := newIssuer(l, "ca", "whetstone test cluster")
	if err != nil {
		return err
	}
	for _, id := range identities() {
		if err := authority.issue(l, id); err != nil {
			return err
		}
		if id.kubeconfig {
			if err := writeKubeconfig(l, id.file, port); err != nil {
				return err
			}
		}
	}
	// Requests that the API server passes on to other API servers are signed by an authority of their own.
	front, err := newIssuer(l, "front-proxy-ca", "whetstone test cluster, front proxy")
	if err != nil {
		return err
	}
	if err := front.issue(l, identity{file: "front-proxy", name: "front-proxy-client"}); err != nil {
		return err
	}
	return writeServiceAccountKey(l)
}

func newIssuer(l layout, file, name string) (*issuer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template, err := newTemplate(name)
	if err != nil {
		return nil, err
	}
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &issuer{certificate, key}, writePair(l, file, der, key)
}

func (i *issuer) issue(l layout, id identity) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template, err := newTemplate(id.name)
	if err != nil {
		return err
	}
	template.Subject.Organization = id.groups
	template.DNSNames, template.IPAddresses = id.dnsNames, id.addresses
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}
	der, err := x509.CreateCertificate(rand.Reader, template, i.certificate, key.Public(), i.key)
	if err != nil {
		return err
	}
	return writePair(l, id.file, der, key)
}

func newTemplate(name string) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    now.Add(-time.Hour), // clocks of clients may be behind
		NotAfter:     now.Add(validity),
	}, nil
}

func writeServiceAccountKey(l layout) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	if err := writePEM(l.key("service-accounts.key"), "EC PRIVATE KEY", private); err != nil {
		return err
	}
	return writePEM(l.key("service-accounts.pub"), "PUBLIC KEY", public)
}

func writePair(l layout, file string, certificate []byte, key *ecdsa.PrivateKey) error {
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	if err := writePEM(l.key(file+".key"), "EC PRIVATE KEY", private); err != nil {
		return err
	}
	return writePEM(l.key(file+".crt"), "CERTIFICATE", certificate)
}

func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

func writeKubeconfig(l layout, user string, port int) error {
	encoded := make([]any, 0, 3)
	for _, file := range []string{"ca.crt", user + ".crt", user + ".key"} {
		content, err := os.ReadFile(l.key(file))
		if err != nil {
			return err
		}
		encoded = append(encoded, base64.StdEncoding.EncodeToString(content))
	}
	content := fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: whetstone-test
clusters:
- name: whetstone-test
  cluster: {server: "https://127.0.0.1:%d", certificate-authority-data: %s}
contexts:
- name: whetstone-test
  context: {cluster: whetstone-test, user: %s}
users:
- name: %s
  user: {client-certificate-data: %s, client-key-data: %s}
`, port, encoded[0], user, user, encoded[1], encoded[2])
	return os.WriteFile(l.kubeconfig(user), []byte(content), 0o600)
}
