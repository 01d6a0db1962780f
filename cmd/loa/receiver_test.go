package main

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/audio/audiotest"
	"loa/message"
	"loa/post"
)

// telegram is an Internet with one host, api.telegram.org, which keeps the text of each message.
func telegram(t *testing.T) (proxy, roots string, texts <-chan string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"api.telegram.org"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	roots = filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Host != "api.telegram.org:443" {
			http.Error(w, "no such host", http.StatusBadGateway)
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, "HTTP/1.1 200 OK\r\n\r\n")
		inner := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
		q, err := http.ReadRequest(bufio.NewReader(inner))
		if err != nil {
			return
		}
		var said struct {
			Chat string `json:"chat_id"`
			Text string
		}
		if json.NewDecoder(q.Body).Decode(&said) == nil && q.URL.Path == "/botB/sendMessage" && said.Chat == "C" {
			got <- said.Text
		}
		fmt.Fprint(inner, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
		inner.Close()
	}))
	t.Cleanup(server.Close)
	return server.URL, roots, got
}

// TestTheReceiverOfTheGuide runs the program that the administrator's guide prints, as it is printed, and a
// daemon that calls it: what happened is passed on once, and nothing that Loa did not sign just now.
func TestTheReceiverOfTheGuide(t *testing.T) {
	guide, err := os.ReadFile("../../doc/huong-dan/quan-tri.md")
	if err != nil {
		t.Fatal(err)
	}
	_, program, _ := strings.Cut(string(guide), "```python\n")
	program, _, found := strings.Cut(program, "```\n")
	if !found {
		t.Fatal("no program in the guide")
	}
	audiotest.Need(t, "python3")
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := strconv.Itoa(free.Addr().(*net.TCPAddr).Port)
	free.Close()
	r := startDaemon(t, t.TempDir(), time.Now())
	url := "http://127.0.0.1:" + port + "/loa"
	var hook struct {
		Secret  string
		Refused bool
	}
	if a := r.call("POST", "/api/v1/post/hooks", `{"name":"Zalo","url":"`+url+`","topics":["stations.save"]}`); json.Unmarshal(a.Body, &hook) != nil ||
		hook.Secret == "" || !hook.Refused { // the receiver stands beside the daemon
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	set := message.DefaultSettings()
	set.Inside = []string{"127.0.0.1"}
	m := accounts.Meta{ID: "allowed", By: accounts.Daemon(), At: time.Now()}
	if _, err := r.d.store.SaveMessageSettings(t.Context(), m, message.SaveSettings{Settings: set}); err != nil {
		t.Fatal(err)
	}

	proxy, roots, texts := telegram(t)
	var said bytes.Buffer
	receiver := exec.CommandContext(t.Context(), "python3", "-c", program)
	receiver.Env = append(os.Environ(), "LOA_SECRET="+hook.Secret, "BOT=B", "CHAT=C", "PORT="+port, "https_proxy="+proxy, "SSL_CERT_FILE="+roots)
	receiver.Stderr = &said
	if err := receiver.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := receiver.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = receiver.Wait() // it was killed
		if t.Failed() {
			t.Log(said.String())
		}
	})
	for {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			conn.Close()
			break
		}
		if t.Context().Err() != nil {
			t.Fatal(err)
		}
	}

	send := func(what string, want int, id, signed string, at time.Time, headers bool) {
		t.Helper()
		const body = `{"text":"giả"}`
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if headers {
			req.Header.Set("webhook-id", id)
			req.Header.Set("webhook-timestamp", strconv.FormatInt(at.Unix(), 10))
			req.Header.Set("webhook-signature", post.Sign(signed, id, at, []byte(body)))
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("%s: %d, want %d", what, resp.StatusCode, want)
		}
	}
	send("nothing signed", http.StatusUnauthorized, "", "", time.Time{}, false)
	send("another's key", http.StatusUnauthorized, "one", "whsec_"+strings.Repeat("A", 32), time.Now(), true)
	send("a recorded one of six minutes ago", http.StatusUnauthorized, "one", hook.Secret, time.Now().Add(-6*time.Minute), true)
	send("of the future", http.StatusUnauthorized, "one", hook.Secret, time.Now().Add(6*time.Minute), true)
	if len(texts) > 0 {
		t.Fatalf("passed on: %q", <-texts)
	}
	send("signed", http.StatusNoContent, "one", hook.Secret, time.Now(), true)
	send("the same again", http.StatusNoContent, "one", hook.Secret, time.Now(), true)
	if got := <-texts; got != "giả" || len(texts) > 0 {
		t.Fatalf("passed on: %q and %d more", got, len(texts))
	}

	if a := r.call("PATCH", "/api/v1/stations/S00001", `{"notes":"Đã thay ampli"}`); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	reg, err := r.d.store.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := <-texts; !strings.HasPrefix(got, "Đã lưu hồ sơ đài "+reg.Label("S00001")+". ") || !strings.HasSuffix(got, "/stations/S00001") ||
		strings.Contains(got, "ampli") {
		t.Errorf("passed on: %q", got)
	}
}
