"""Sends 16-bit mono samples of 8 kHz through AMR-NB and back: amrnb.py MODE < in > out.

MODE is 0 (4.75 kbit/s) to 7 (12.2). Debian's ffmpeg reads AMR but writes none;
libopencore-amrnb0 does both.
"""
import ctypes
import sys

lib = ctypes.CDLL("libopencore-amrnb.so.0")
lib.Encoder_Interface_init.restype = ctypes.c_void_p
lib.Decoder_Interface_init.restype = ctypes.c_void_p
encoder = ctypes.c_void_p(lib.Encoder_Interface_init(0))
decoder = ctypes.c_void_p(lib.Decoder_Interface_init())
pcm = sys.stdin.buffer.read()
packet, sound = ctypes.create_string_buffer(64), ctypes.create_string_buffer(320)
for at in range(0, len(pcm) - 319, 320):
    lib.Encoder_Interface_Encode(encoder, int(sys.argv[1]), pcm[at : at + 320], packet, 0)
    lib.Decoder_Interface_Decode(decoder, packet, sound, 0)
    sys.stdout.buffer.write(sound.raw)
