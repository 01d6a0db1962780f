package post

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	mail "github.com/wneessen/go-mail"

	"loa/message"
)

// letters sends mails of one round over one connection.
type letters struct {
	office   *Office
	desk     desk
	password string
	client   *mail.Client // connected, nil if not
}

func (o *Office) letters(ctx context.Context, d desk) (*letters, error) {
	password, err := o.cfg.Store.Secret(ctx, message.MailSecret)
	return &letters{office: o, desk: d, password: password}, err
}

func (l *letters) close() {
	if l.client != nil {
		_ = l.client.Close() // says goodbye; all that was sent has its answer
		l.client = nil
	}
}

func (l *letters) connect(ctx context.Context) error {
	m := l.desk.settings.Mail
	options := []mail.Option{mail.WithPort(m.Port), mail.WithTimeout(l.office.cfg.Timeout), mail.WithoutSMTPUTF8(), mail.WithoutNoop(),
		mail.WithTLSConfig(&tls.Config{ServerName: m.Host, RootCAs: l.office.cfg.Roots, MinVersion: tls.VersionTLS12})}
	switch m.Security {
	case message.TLS:
		options = append(options, mail.WithSSL())
	case message.Open:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if m.User != "" && m.Security != message.Open {
		options = append(options, mail.WithUsername(m.User), mail.WithPassword(l.password),
			mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthPlain, mail.SMTPAuthLogin, mail.SMTPAuthCramMD5))
	}
	client, err := mail.NewClient(m.Host, options...)
	if err != nil {
		return err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return err
	}
	l.client = client
	return nil
}

func (l *letters) send(ctx context.Context, p message.Parcel) message.Attempt {
	if l.desk.settings.Mail.Host == "" {
		return message.Attempt{Answer: message.NotSet}
	}
	msg, err := l.desk.letter(p)
	if err != nil {
		return message.Attempt{Answer: message.Refused, Cause: err.Error()}
	}
	if l.client == nil {
		if err := l.connect(ctx); err != nil {
			return dialled(err)
		}
	}
	if err := l.client.Send(msg); err != nil {
		a := sent(err)
		if a.Code == 0 {
			l.close() // the connection is of no use any more
		}
		return a
	}
	return message.Attempt{Answer: message.Taken, Code: 250, Says: msg.ServerResponse()}
}

// letter makes the mail of a parcel. Its ID is the parcel's.
func (d desk) letter(p message.Parcel) (*mail.Msg, error) {
	m, to := d.settings.Mail, p.Deliveries[0]
	msg := mail.NewMsg(mail.WithCharset(mail.CharsetUTF8), mail.WithEncoding(mail.EncodingQP))
	if err := msg.FromFormat(m.Name, m.From); err != nil {
		return nil, err
	}
	if err := msg.AddToFormat(to.Name, to.To); err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(m.From, "@")
	msg.Subject(p.Title())
	msg.SetMessageIDWithValue(p.ID() + "@" + domain)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetDateWithValue(p.Messages[len(p.Messages)-1].Made)
	msg.SetBodyString(mail.TypeTextPlain, p.Text(d.link)+"\n\n-- \n"+p.Foot(d.link("/me/messages"))+"\n")
	return msg, nil
}

// dialled is what a connection that was not made or not let in says: all mails wait.
func dialled(err error) message.Attempt {
	a := unreached(err)
	var said *textproto.Error
	if errors.As(err, &said) {
		a.Code, a.Says, a.Cause, a.Answer = said.Code, said.Msg, "", message.Later
		if said.Code == 530 || said.Code == 534 || said.Code == 535 || said.Code == 538 {
			a.Answer = message.LogIn
		}
	}
	switch lower := strings.ToLower(err.Error()); {
	case strings.Contains(lower, "starttls"):
		a.Answer = message.Untrusted
	case a.Answer == message.Unreached && strings.Contains(lower, "auth"):
		a.Answer = message.LogIn
	}
	return a
}

// sent is what the server said to one mail.
func sent(err error) message.Attempt {
	var s *mail.SendError
	if !errors.As(err, &s) || s.ErrorCode() == 0 {
		return unreached(err)
	}
	a := message.Attempt{Answer: message.Later, Code: s.ErrorCode(), Says: said(err.Error(), s.ErrorCode())}
	if a.Code >= 500 {
		a.Answer = message.Refused
	}
	return a
}

// said are the server's own words in those of go-mail, which tells nothing apart.
func said(words string, code int) string {
	_, words, _ = strings.Cut(words, strconv.Itoa(code)+" ")
	for _, more := range []string{", affected recipient(s): ", ", affected message ID: "} {
		words, _, _ = strings.Cut(words, more)
	}
	return words
}

// unreached says why there was no connection, or why it broke.
func unreached(err error) message.Attempt {
	a := message.Attempt{Answer: message.Unreached, Cause: err.Error()}
	var name *net.DNSError
	var slow net.Error
	var own *ownNetwork
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var authority x509.UnknownAuthorityError
	var alert tls.AlertError
	has := func(words ...string) bool { // go-mail keeps the words of an error alone
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(err.Error(), w) })
	}
	switch {
	case errors.As(err, &own):
		a.Answer = message.OwnNetwork
	case errors.As(err, &name) && !name.IsTimeout:
		a.Answer = message.NameUnknown
	case errors.As(err, &cert), errors.As(err, &record), errors.As(err, &authority), errors.As(err, &alert):
		a.Answer = message.Untrusted
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &slow) && slow.Timeout():
		a.Answer = message.Silent
	case has("i/o timeout"):
		a.Answer = message.Silent
	case has("short response: ", "invalid response code: ", "malformed HTTP"):
		a.Answer = message.Garbled
	case has("EOF", "connection reset by peer", "broken pipe"):
		a.Answer = message.Broken
	}
	return a
}
