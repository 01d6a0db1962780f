// Package match says whether a short noisy recording, made by a phone near a
// loudspeaker, holds a part of a programme: verified, not proven or
// contradicted.
//
// A recording becomes 31 frames a second of 24 bands between 350 and 3500 Hz,
// each against its own mean and deviation of the second about it, so that
// loudness, the horn's colour and an automatic gain matter little. A clip is cut
// into pieces of 3 s that are correlated with the programme, and
// the best straight line through the pieces' places is taken, for clocks that
// run up to 3 % faster or slower. No piece counts more than a few seconds can
// prove. Bits of the bands tell in which few seconds of a programme that is worth
// doing.
//
// The score is in deviations of what the same clip reaches elsewhere in the same
// programme, and is turned into the chance that a clip of something else reaches
// it. The figures behind that are in doc/performance.md: they are of simulated
// horns, for no public recordings of real ones exist. What is proved is that the
// programme sounded near that phone at that time, not that anybody heard it.
package match
