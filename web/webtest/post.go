package webtest

import (
	"context"

	"loa/internal/text"
	"loa/message"
)

// Post is a door by which nothing leaves: every trial says that nothing is set.
type Post struct{}

// TryMail answers as where no mail server is set.
func (Post) TryMail(context.Context, string, string, string, text.Language) (message.Attempt, error) {
	return message.Attempt{Answer: message.NotSet}, nil
}

// TryHook answers as where the webhook is gone.
func (Post) TryHook(context.Context, string, string, text.Language) (message.Attempt, error) {
	return message.Attempt{Answer: message.NotSet}, nil
}

// TryDevice answers as where the browser wants nothing any more.
func (Post) TryDevice(context.Context, string, message.Device, string, text.Language) (message.Attempt, error) {
	return message.Attempt{Answer: message.Removed}, nil
}

// Inside knows no networks.
func (Post) Inside(context.Context, string) bool { return false }

// Wake does nothing.
func (Post) Wake() {}
