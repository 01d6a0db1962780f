package fingerprint_test

import (
	"fmt"

	"loa/audio/fingerprint"
)

func ExampleFind() {
	whole := warble(1, 16000, 1, 60) // a minute of sound
	var kept shelf                   // in memory; Loa keeps one in its database
	kept.Add("tuần 20", printOf(16000, 1, whole).Sketch())

	part := printOf(16000, 1, whole[20*16000:50*16000])
	found, err := fingerprint.Find(part, &kept)
	for _, m := range found {
		fmt.Printf("%s from %.0f s, the same recording: %v\n", m.ID, m.Offset, m.Same())
	}
	fmt.Println(err)
	// Output:
	// tuần 20 from 20 s, the same recording: true
	// <nil>
}
