package bolt

// tableNames lists every bucket, by the noun that owns it. A bucket that is
// not here is never created.
var tableNames = []string{
	aboutThis.name, coversBucket, versionsBucket, freshBucket, acts.name, trail.name, trailOf.name,
	unitRecords.name, stationRecords.name, successions.name, listRecords.name,
	faces.name, calendars.name, calendarsOf.name,
	programmeRecords.name, episodeRecords.name, ruleRecords.name,
	scripts.name, dues.name, runs.name, openRuns.name, runsOf.name, jobCursors.name,
	logEntries.name, logHeads.name, logLines.name, linesByTime.name, linesByPlace.name, slotLines.name, earlyLines.name, exhibits.name, tallies.name,
	unproved.name, ofProgramme.name, evidenceByBlob.name, settings.name, samples.name, sampleKeys.name,
	proposals.name, proposalKeys.name, openProposals.name, calls.name, callsOf.name, lastCalls.name,
	oldBooks.name, oldBookKeys.name, oldBookRows.name, oldBooksDue.name,
	numbersGiven.name, numberKeys.name, numberSeries.name, numberPapers.name, offices.name, layouts.name, layoutFiles.name,
	planIndicators.name, planEntries.name,
	quizQuestions.name, quizKnown.name, quizzes.name, quizKeys.name, quizPool.name, quizCodes.name, quizCodeAt.name, quizCodeSums.name,
	quizTries.name, quizPeople.name, quizTallies.name, quizResults.name,
	excuses.name, pleas.name, pleaKeys.name, closedWeeks.name,
	seals.name, sealEnds.name, sealsOfWeeks.name, ownKeys.name, summaries.name, frozenCells.name, decidedAnew.name,
	contestHeads.name, contestEvents.name, contestChanges.name, contestFiles.name,
	recordings.name, recordingReports.name, recordingsByTime.name, recordingsByBlob.name, recordingsBySound.name,
	broadcastCopies.name, copiesByBlob.name, blindCopies.name, blindByBlob.name, stationBytes.name, librarySettings.name, expiries.name, idleBlobs.name,
	damagedBlobs.name,
	matchPrints.name, printsByBlob.name,
	soundNumbers.name, soundsBucket, soundRowsBucket, likenesses.name,
	messages.name, messagesByTime.name, inboxes.name, unread.name, deliveries.name, deliveriesDue.name, deliveriesIn.name, deliveriesOf.name,
	messageSettings.name, messageHooks.name, messageHookKeys.name, messageChoices.name, messageSecrets.name,
	devices.name, devicesOf.name, deviceEndpoints.name,
	texts.name, textKeys.name, textsOf.name, textSettings.name,
	people.name, phrases.name, invitations.name, inviteHashes.name, inviteCodes.name, sessions.name, sessionsOf.name, pins.name, tokens.name, tokensOf.name,
	factors.name, accountRules.name, calledRecords.name, erasures.name, redactedLog.name,
}

// plain are the buckets whose values carry no checksum: of the rows of sounds all
// is in the key.
var plain = map[string]bool{versionsBucket: true, soundRowsBucket: true}

// growing are the tables of which each row comes behind others, of all or of one station or person: a page of theirs that
// is full is split behind nearly all of its rows instead of in the middle, for those get no more between them.
var growing = map[string]bool{freshBucket: true, acts.name: true, trail.name: true, trailOf.name: true, logEntries.name: true,
	linesByTime.name: true, linesByPlace.name: true, runs.name: true, contestEvents.name: true, messagesByTime.name: true, deliveries.name: true}

// fullPage is how full the first part then is.
const fullPage = 0.9
