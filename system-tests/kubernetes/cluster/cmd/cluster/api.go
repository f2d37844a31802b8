package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// apiClient calls the few endpoints that show whether the cluster is ready.
type apiClient struct {
	base   string
	client *http.Client
}

func newAPIClient(l layout, port int) (*apiClient, error) {
	pair, err := tls.LoadX509KeyPair(l.key("admin.crt"), l.key("admin.key"))
	if err != nil {
		return nil, err
	}
	authority, err := os.ReadFile(l.key("ca.crt"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	transport := &http.Transport{TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: pool}}
	return &apiClient{
		base:   fmt.Sprintf("https://127.0.0.1:%d", port),
		client: &http.Client{Transport: transport, Timeout: 5 * time.Second},
	}, nil
}

func (c *apiClient) ready() error {
	_, err := c.request(http.MethodGet, "/readyz", "", nil)
	return err
}

func (c *apiClient) defaultServiceAccount() error {
	_, err := c.request(http.MethodGet, "/api/v1/namespaces/default/serviceaccounts/default", "", nil)
	return err
}

type nodeObject struct {
	Status struct {
		Capacity   map[string]string
		Conditions []struct{ Type, Status, Message string }
	}
}

func (c *apiClient) node() (nodeObject, error) {
	var node nodeObject
	body, err := c.request(http.MethodGet, "/api/v1/nodes/"+nodeName, "", nil)
	if err != nil {
		return node, err
	}
	return node, json.Unmarshal(body, &node)
}

func (c *apiClient) nodeReady() error {
	node, err := c.node()
	if err != nil {
		return err
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == "Ready" {
			if condition.Status == "True" {
				return nil
			}
			return errors.New(condition.Message)
		}
	}
	return errors.New("the node has no condition Ready")
}

// setResource gives the node an extended resource, in the form NAME=COUNT.
func (c *apiClient) setResource(resource string) error {
	name, count, valid := strings.Cut(resource, "=")
	if !valid {
		return fmt.Errorf("the resource %q is not in the form NAME=COUNT", resource)
	}
	node, err := c.node()
	if err != nil || node.Status.Capacity[name] == count {
		return err
	}
	patch, err := json.Marshal(map[string]any{"status": map[string]any{
		"capacity": map[string]string{name: count}, "allocatable": map[string]string{name: count}}})
	if err != nil {
		return err
	}
	_, err = c.request(http.MethodPatch, "/api/v1/nodes/"+nodeName+"/status", "application/strategic-merge-patch+json", patch)
	return err
}

func (c *apiClient) request(method, path, contentType string, content []byte) ([]byte, error) {
	request, err := http.NewRequest(method, c.base+path, bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := c.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 4<<20))
	if err == nil && response.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s: %s", method, path, response.Status, bytes.TrimSpace(body))
	}
	return body, err
}
