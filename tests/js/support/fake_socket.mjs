/** A `/chat` connection whose answers the test gives. */
export class FakeSocket {
  requests = [];
  told = [];
  answers = new Map();

  /** @param {(data: object) => object|Promise<object>} answer  the ack of `event` */
  answer(event, answer) {
    this.answers.set(event, answer);
  }

  request = async (event, data) => {
    this.requests.push([event, data]);
    const answer = this.answers.get(event);
    if (!answer) throw new Error(`not connected: ${event}`);
    return answer(data);
  };

  tell = (event, data) => this.told.push([event, data]);

  dataOf(event) {
    return this.requests.filter(([name]) => name === event).map(([, data]) => data);
  }
}
