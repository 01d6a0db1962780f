//go:build !amd64

package mpeg

func weigh(out *[lines * subbands]float32, past *[slots][subbands]float32) { weighPlain(out, past) }
