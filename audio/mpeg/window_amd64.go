package mpeg

import "golang.org/x/sys/cpu"

// weighAVX is weigh in AVX.
//
//go:noescape
func weighAVX(out *[lines * subbands]float32, past *[slots][subbands]float32, w *[8]taps)

// weigh uses AVX where the processor has it, as all have since 2013.
func weigh(out *[lines * subbands]float32, past *[slots][subbands]float32) {
	if cpu.X86.HasAVX {
		weighAVX(out, past, &synthesisTaps)
		return
	}
	weighPlain(out, past)
}
