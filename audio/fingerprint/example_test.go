package fingerprint_test

import (
	"fmt"

	"loa/audio/fingerprint"
)

func ExampleIndex() {
	whole := warble(1, 16000, 1, 60) // a minute of sound
	var index fingerprint.Index
	index.Add("tuần 20", printOf(16000, 1, whole))

	part := printOf(16000, 1, whole[20*16000:50*16000])
	for _, m := range index.Find(part) {
		fmt.Printf("%s from %.0f s, the same recording: %v\n", m.ID, m.Offset, m.Same())
	}
	// Output:
	// tuần 20 from 20 s, the same recording: true
}
