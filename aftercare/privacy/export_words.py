"""What the archive of a person's data says about itself, in both languages."""

from __future__ import annotations

from aftercare.privacy.receipts import Why

#: For the person who gets the archive.
EXPLANATION = """\
What this desk holds about you
==============================
person.json         how we know you
conversations.json  what was said in your chats, and what the bot understood of it
answers.json        what you asked about products, and which part of a manual was shown for it
tickets.json        your requests, what you gave for them and what was done
products.json       which products of ours you own, as far as we know
maintenance.json    what is due for them and when, and whether you want to be reminded
trainings.json      what you were trained in, when, with which manual
satisfaction.json   how you rated our service, and why
memory.json         what the bot remembers of your last chats in order to go on with them
files/              what you sent with your messages
receipt.json        how many records were found in each place, and what is not in here and why
Times are in UTC. The files can be opened with any text editor.

O que guardamos sobre você
==========================
person.json         como conhecemos você
conversations.json  o que foi dito nas suas conversas e o que o assistente entendeu
answers.json        o que perguntou sobre produtos e qual parte do manual foi mostrada
tickets.json        os seus pedidos, o que informou para eles e o que foi feito
products.json       quais produtos nossos você tem, pelo que sabemos
maintenance.json    que manutenções vencem e quando, e se você quer lembretes
trainings.json      em que foi treinado, quando, com qual manual
satisfaction.json   que nota deu ao nosso atendimento, e por quê
memory.json         o que o assistente lembra das últimas conversas para poder continuar
files/              o que você enviou com as mensagens
receipt.json        quantos registros há em cada lugar, o que não está aqui e por quê
Os horários estão em UTC. Os arquivos abrem em qualquer editor de texto.
"""


#: Why something is not in the archive, for the person who gets it.
KEPT_BACK: dict[Why, dict[str, str]] = {
    Why.NOT_PROVED: {
        "en": "Somebody typed your contact there. It is not proved that it was you.",
        "pt": "Alguém escreveu ali o seu contato. Não está comprovado que foi você.",
    },
    Why.NO_PERSONAL_DATA: {
        "en": "It holds manuals of products and nothing about you.",
        "pt": "Contém manuais de produtos e nada sobre você.",
    },
    Why.CANNOT_CHANGE: {
        "en": "Copies for emergencies, which are deleted after their time.",
        "pt": "Cópias para emergências, apagadas depois do prazo.",
    },
}
