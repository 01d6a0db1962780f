// Package web is the door to the browser: it wires the page folders below it
// and the JSON API into one handler.
package web

import (
	"net/http"

	"loa/web/api"
	"loa/web/kit"
)

// Store is what all pages together ask of the store; each page folder declares
// its own part.
type Store interface {
	api.Store
}

// New returns the handler of everything a browser or a program may ask for.
// It fails on a broken template, an undeclared file or a route without access.
func New(cfg kit.Config, s Store) (http.Handler, error) {
	k := kit.New(cfg)
	Register(k, s)
	return k.Handler()
}

// Register adds every page folder and the API to k: one line each.
func Register(k *kit.Kit, s Store) {
	api.Register(k, s)
}
