package bolt

import (
	"cmp"
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"loa/accounts"
	"loa/message"
	"loa/store"
)

// The tables of devices. A subscription stands with the secrets, under the device's ID.
var (
	devices         = table[message.Device]{name: "message_devices"}  // by ID
	devicesOf       = table[string]{name: "message_devices_of"}       // by person and ID: ID
	deviceEndpoints = table[string]{name: "message_device_endpoints"} // by hash of the endpoint: ID
	pushKey         = []byte("push")
)

func endpointKey(s message.Subscription) []byte { return []byte(accounts.HashOf(s.Endpoint)) }

// PushKey implements message.Outbox.
func (s *Store) PushKey(ctx context.Context) (key *ecdh.PrivateKey, err error) {
	var scalar []byte
	if err := s.view(ctx, func(tx *tx) error { scalar, _, err = ownKeys.get(tx, pushKey); return err }); err != nil {
		return nil, err
	}
	if scalar == nil {
		if err := s.update(ctx, func(tx *tx) error {
			scalar, err = ownKey(tx, pushKey, func() ([]byte, error) {
				key, err := ecdh.P256().GenerateKey(rand.Reader)
				if err != nil {
					return nil, err
				}
				return key.Bytes(), nil
			})
			return err
		}); err != nil {
			return nil, err
		}
	}
	if key, err = ecdh.P256().NewPrivateKey(scalar); err != nil {
		return nil, damaged(ownKeys.name, pushKey, err)
	}
	return key, nil
}

// Device implements message.Store.
func (s *Store) Device(ctx context.Context, id string) (d message.Device, err error) {
	err = s.view(ctx, func(tx *tx) error { d, err = deviceOf(tx, id); return err })
	return d, err
}

func deviceOf(tx *tx, id string) (message.Device, error) {
	d, found, err := devices.get(tx, []byte(id))
	if err == nil && !found {
		err = message.NoDevice()
	}
	return d, err
}

// Devices implements message.Store.
func (s *Store) Devices(ctx context.Context, person string, at time.Time) (list []message.Device, err error) {
	err = s.view(ctx, func(tx *tx) error { list, _, err = devicesAt(tx, person, at); return err })
	return list, err
}

// devicesAt are a person's devices, the oldest first: those whose session is alive, and the others.
func devicesAt(tx *tx, person string, at time.Time) (alive, over []message.Device, err error) {
	all, err := recordsOf(tx, devicesOf, devices, person)
	if err != nil || len(all) == 0 {
		return nil, nil, err
	}
	begun, err := recordsOf(tx, sessionsOf, sessions, person)
	if err != nil {
		return nil, nil, err
	}
	for _, d := range all {
		if slices.ContainsFunc(begun, func(s accounts.Session) bool { return s.Root() == d.ID && s.Alive(at) }) {
			alive = append(alive, d)
		} else {
			over = append(over, d)
		}
	}
	slices.SortFunc(alive, func(a, b message.Device) int { return cmp.Or(a.Made.Compare(b.Made), cmp.Compare(a.ID, b.ID)) })
	return alive, over, nil
}

// SaveDevice implements message.Store.
func (s *Store) SaveDevice(ctx context.Context, m accounts.Meta, c message.SaveDevice) (message.Device, error) {
	return change(ctx, s, m, "message.save_device", c, func(tx *tx) (message.Device, error) {
		list, over, err := devicesAt(tx, m.By.Person, m.At)
		if err != nil {
			return message.Device{}, err
		}
		d, sub, err := message.DecideDevice(list, m, c)
		if err != nil {
			return d, err
		}
		for _, old := range append(over, d) { // of the device itself, what it was reached by before
			err = errors.Join(err, removeDevice(tx, old.ID))
		}
		if other, found, gerr := deviceEndpoints.get(tx, endpointKey(sub)); found {
			err = errors.Join(err, removeDevice(tx, other))
		} else {
			err = errors.Join(err, gerr)
		}
		return d, errors.Join(err, devices.put(tx, []byte(d.ID), d), devicesOf.put(tx, owned(d.Person, d.ID), d.ID),
			deviceEndpoints.put(tx, endpointKey(sub), d.ID), messageSecrets.put(tx, []byte(d.ID), sub.Secret()))
	})
}

// EndDevice implements message.Store.
func (s *Store) EndDevice(ctx context.Context, m accounts.Meta, id string) (message.Device, error) {
	return change(ctx, s, m, "message.end_device", id, func(tx *tx) (message.Device, error) {
		d, err := deviceOf(tx, id)
		if err == nil {
			err = d.MayTend(m.By)
		}
		if err != nil {
			return message.Device{}, err
		}
		return d, removeDevice(tx, id)
	})
}

// DropDevice implements message.Outbox.
func (s *Store) DropDevice(ctx context.Context, id, secret string) (ok bool, err error) {
	err = s.update(ctx, func(tx *tx) error {
		now, found, err := messageSecrets.get(tx, []byte(id))
		if ok = found && now == secret; err != nil || !ok {
			return err
		}
		return removeDevice(tx, id)
	})
	return ok, err
}

// removeDevice takes a device away if it is there. What waits for it fails when its time comes.
func removeDevice(tx *tx, id string) error {
	d, found, err := devices.get(tx, []byte(id))
	if err != nil || !found {
		return err
	}
	sub, err := subscriptionOf(tx, id)
	return errors.Join(err, devices.remove(tx, []byte(id)), devicesOf.remove(tx, owned(d.Person, id)), deviceEndpoints.remove(tx, endpointKey(sub)),
		messageSecrets.remove(tx, []byte(id)))
}

func subscriptionOf(tx *tx, id string) (sub message.Subscription, err error) {
	secret, _, err := messageSecrets.get(tx, []byte(id))
	if err == nil {
		err = json.Unmarshal([]byte(secret), &sub)
	}
	if err != nil {
		err = damaged(messageSecrets.name, []byte(id), err)
	}
	return sub, err
}

// checkDevices checks that each device stands under its person and its endpoint, and that
// nothing else does.
func checkDevices(tx *tx, report func(store.Problem)) error {
	if err := checkIndex(tx, report, devicesOf, devices, func(d message.Device) []byte { return owned(d.Person, d.ID) },
		func(d message.Device) string { return d.ID }); err != nil {
		return err
	}
	rows := 0
	for e, err := range devices.ascend(tx, nil, nil) {
		if err != nil {
			return err
		}
		rows++
		sub, err := subscriptionOf(tx, e.rec.ID)
		if err != nil {
			return err
		}
		if id, _, err := deviceEndpoints.get(tx, endpointKey(sub)); err != nil {
			return err
		} else if id != e.rec.ID {
			report(store.Problem{Table: devices.name, Key: e.rec.ID, What: "not in the index of endpoints"})
		}
	}
	if n := rowsOf(tx, deviceEndpoints.name); n != rows {
		report(store.Problem{Table: deviceEndpoints.name, What: fmt.Sprintf("lists %d, there are %d", n, rows)})
	}
	return nil
}
