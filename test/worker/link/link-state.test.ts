import { expect, test } from 'vitest'
import { canMove, type LinkState } from '../../../src/worker/link/link-state.ts'

const states: LinkState[] = ['new', 'connecting', 'handshaking', 'open', 'waiting', 'away', 'closed']

test('every state can be closed but the closed one, which is the end', () => {
  expect(states.filter((state) => canMove(state, 'closed'))).toEqual(states.filter((state) => state !== 'closed'))
  expect(states.filter((state) => canMove('closed', state))).toEqual([])
})

test('a connection is open only after a handshake, and a handshake only after a dial', () => {
  expect(states.filter((state) => canMove(state, 'open'))).toEqual(['handshaking'])
  expect(states.filter((state) => canMove(state, 'handshaking'))).toEqual(['connecting'])
})

test('a dial begins at the start, after a wait or on rejoining, never beside another', () => {
  expect(states.filter((state) => canMove(state, 'connecting'))).toEqual(['new', 'waiting', 'away'])
})
